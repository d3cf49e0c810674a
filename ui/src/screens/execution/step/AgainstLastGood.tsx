/** The step here and in the last run of the workflow that went well: how long it took, and what it gave. */

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../../api/client";
import type { ExecutionItem } from "../../../api/types";
import { ErrorNotice, Skeleton } from "../../../components/Notices";
import { Status } from "../../../components/StatusGlyph";
import { viewOfStep } from "../../../execution/snapshot";
import { useView } from "../../../execution/store";
import type { StepView } from "../../../execution/view";
import { formatDuration } from "../../../format/format";
import { Longer } from "../../compare/Longer";
import { useLastGood } from "../../compare/lastGood";
import { compareAddress } from "../../compare/sides";
import { ValueDiff } from "../../compare/ValueDiff";

export default function AgainstLastGood({ step }: { step: StepView }) {
  const { t } = useTranslation();
  const view = useView("id", "number", "workflowId");
  const good = useLastGood(view);
  if (good.isPending) return <Skeleton rows={3} />;
  if (good.isError) return <ErrorNotice error={good.error} onRetry={() => void good.refetch()} />;
  if (!good.data) return <p className="dim">{t("step.noLastGood")}</p>;
  return <Against step={step} good={good.data} view={view} />;
}

interface AgainstProps {
  step: StepView;
  good: ExecutionItem;
  view: { id: string; number: number };
}

function Against({ step, good, view }: AgainstProps) {
  const { t } = useTranslation();
  const steps = useQuery({
    queryKey: ["compared", "steps", good.id],
    queryFn: () => api.steps(good.id),
    staleTime: Number.POSITIVE_INFINITY, // it has completed
  });
  if (steps.isError) return <ErrorNotice error={steps.error} onRetry={() => void steps.refetch()} />;
  if (!steps.data) return <Skeleton rows={3} />;
  const found = steps.data.items.find(({ path }) => path === step.path);
  const then = found ? viewOfStep(found, steps.data.position) : null;
  const all = (
    <Link className="btn dense" to={compareAddress({ id: good.id, run: null }, { id: view.id, run: null })}>
      {t("compare.withLast", { number: good.number })}
    </Link>
  );
  if (!then) {
    return (
      <>
        <p className="dim">{t("step.notInLastGood", { number: good.number })}</p>
        <p>{all}</p>
      </>
    );
  }
  const [before, now] = [then, step].map((one) => one.attempts.at(-1)?.durationMs ?? null);
  return (
    <>
      <dl className="against">
        <div>
          <dt>#{good.number}</dt>
          <dd>
            <Status status={then.status} /> {formatDuration(before, t)}
          </dd>
        </div>
        <div>
          <dt>#{view.number}</dt>
          <dd>
            <Status status={step.status} /> {formatDuration(now, t)}
          </dd>
        </div>
        <div>
          <dt>{t("compare.moreColumn")}</dt>
          <dd>
            <Longer a={before ?? null} b={now ?? null} />
          </dd>
        </div>
      </dl>
      <p>{all}</p>
      <h3>{t("step.output")}</h3>
      <ValueDiff
        a={{ value: then.output, large: then.outputArtifact }}
        b={{ value: step.output, large: step.outputArtifact }}
        ids={{ a: good.id, b: view.id }}
        names={{ a: `#${good.number}`, b: `#${view.number}` }}
        label={t("step.output")}
        file={step.path}
      />
    </>
  );
}
