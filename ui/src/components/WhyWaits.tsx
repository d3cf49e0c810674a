import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { WhyWaiting } from "../api/types";
import { formatDuration, formatMoment, formatTick } from "../format/format";
import { useNow } from "./useNow";

/** Why a queued execution waits, as one sentence, with links to those it waits for. `brief` where its place stands
 * beside it. */
export function WhyWaits({ why, brief = false }: { why: WhyWaiting | null; brief?: boolean }) {
  const { t } = useTranslation();
  const { limit, place, higher, key, holders, running } = why?.params ?? {};
  if (why?.code === "key_limit" || why?.code === "workflow_limit") {
    const said = t(why.code === "key_limit" ? "execution.whyKey" : "execution.whyWorkflow", { key, limit });
    const more = (running ?? 0) - (holders?.length ?? 0);
    return (
      <span className="why">
        {said}
        {t("execution.heldBy")}
        {holders?.map((holder, place) => (
          <Fragment key={holder.execution_id}>
            {place > 0 && t("execution.heldAnd")}
            <Holder {...holder} />
          </Fragment>
        ))}
        {more > 0 && t("execution.heldMore", { count: more })}
        {t("execution.heldEnd")}
      </span>
    );
  }
  if (why?.code === "held") return t("execution.whyHeld");
  if (why?.code === "delayed") {
    const { until } = why.params;
    return t("execution.whyDelayed", { at: until ? formatMoment(until, Date.now()) : "" });
  }
  if (why?.code === "resources" || why?.code === "steps_resources") {
    const { resource = "", needed, free } = why.params;
    const name = t(`queue.resource.${resource}` as never, { defaultValue: resource }) as string;
    return t(why.code === "resources" ? "execution.whyNeeds" : "execution.whyStepNeeds", {
      name,
      needed,
      free,
    });
  }
  if (why?.code === "steps_kind") return t("execution.whyStepKind", { kind: why.params.kind, limit });
  if (why?.code === "steps_calls") return t("execution.whyStepCalls", { count: limit });
  if (why?.code === "steps_slots") return t("execution.whyStepSlots", { count: why.params.steps, limit });
  if (!(limit && place)) return t("execution.whyQueueUnknown");
  const said = t(brief ? "execution.whySlots" : "execution.whyQueue", { limit, place });
  return higher ? `${said} ${t("execution.whyHigher", { count: higher })}` : said;
}

type HolderProps = NonNullable<WhyWaiting["params"]["holders"]>[number];

function Holder({ execution_id: id, number, started_at: since }: HolderProps) {
  const { t } = useTranslation();
  const now = useNow(since !== null, 1_000);
  const name = number === null ? t("execution.anotherRun") : `#${number}`;
  const held = since === null ? 0 : Math.max(0, Math.floor((now - Date.parse(since)) / 1_000) * 1_000);
  // Whole seconds: tenths that change would draw the eye to the wrong place.
  const time = since === null ? null : held < 99_000 ? formatTick(held, 60_000, t) : formatDuration(held, t);
  return (
    <>
      <Link to={`/executions/${id}`}>{name}</Link>
      {time && t("execution.heldFor", { time })}
    </>
  );
}
