/** Two executions beside each other: where they part, and what differs. Both stand in the address. */

import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { compare } from "../compare/compare";
import { Empty, ErrorNotice, Skeleton } from "../components/Notices";
import { PageTitle } from "../components/PageTitle";
import { Definitions } from "./compare/Definitions";
import { GraphPanel } from "./compare/GraphPanel";
import { Heads } from "./compare/Heads";
import { Parting } from "./compare/Parting";
import { StepTable } from "./compare/StepTable";
import { StepValues } from "./compare/StepValues";
import { type Compared, namesOf, readSide, useSide } from "./compare/sides";
import "./compare/compare.css";
import "./execution.css";

export default function Compare() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const [left, right] = [readSide(params.get("a")), readSide(params.get("b"))];
  const [a, b] = [useSide(left), useSide(right)];
  const failed = [a, b].find(({ isError, data }) => isError && !data);
  return (
    <div className="page compare">
      <div className="topbar">
        <PageTitle text={t("compare.title")} drawn />
        <h1>{t("compare.title")}</h1>
      </div>
      {!left || !right ? (
        <Empty title={t("compare.missing")}>
          <Link className="btn primary" to="/executions">
            {t("compare.toList")}
          </Link>
        </Empty>
      ) : failed ? (
        <ErrorNotice error={failed.error} onRetry={() => void failed.refetch()}>
          <Link className="btn" to="/executions">
            {t("compare.toList")}
          </Link>
        </ErrorNotice>
      ) : a.data && b.data ? (
        <Both a={a.data} b={b.data} />
      ) : (
        <Skeleton rows={8} />
      )}
    </div>
  );
}

function Both({ a, b }: { a: Compared; b: Compared }) {
  const { t } = useTranslation();
  const found = useMemo(() => compare(a, b), [a, b]);
  const names = namesOf(a.view, b.view, t);
  const [chosen, setChosen] = useState<string | null>(null);
  // At first the step at which they part: that is what one has come for.
  const path = chosen ?? found.first?.path ?? null;
  const pair = found.steps.find((step) => step.path === path);
  return (
    <>
      <Heads a={a} b={b} inputs={found.inputs} />
      <Parting a={a} b={b} found={found} names={names} onShow={setChosen} />
      <GraphPanel a={a} b={b} found={found} chosen={path} onSelect={setChosen} />
      <StepTable a={a.view} b={b.view} found={found} chosen={path} onChoose={setChosen} />
      <StepValues pair={pair} a={a.view} b={b.view} names={names} />
      <Definitions a={a} b={b} />
    </>
  );
}
