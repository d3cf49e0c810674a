/** Where the two part first, in one sentence. */

import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Comparison } from "../../compare/compare";
import { StatusGlyph } from "../../components/StatusGlyph";
import { DifferenceMark } from "../../difference/DifferenceMark";
import { placeOf } from "../../difference/jsonDiff";
import type { Compared } from "./sides";

interface Props {
  a: Compared;
  b: Compared;
  found: Comparison;
  names: { a: string; b: string };
  onShow: (path: string) => void;
}

export function Parting({ a, b, found, names, onShow }: Props) {
  const { t } = useTranslation();
  const { first, steps } = found;
  if (!first) {
    return (
      <div className="panel parting" role="status" data-parting="none">
        <StatusGlyph status="completed" size={20} />
        <p>{t("compare.nothing")}</p>
      </div>
    );
  }
  const pair = steps.find(({ path }) => path === first.path)!;
  const more = steps.filter(({ difference }) => difference !== "same").length - 1;
  return (
    <section className="panel parting" aria-label={t("compare.first")} data-parting={first.path}>
      <DifferenceMark difference={pair.difference} size={20} />
      <div>
        <h2>{t("compare.first")}</h2>
        <p>{sentence({ a, b, found, names }, t)}</p>
        {more > 0 && <p className="dim">{t("compare.behind", { count: more })}</p>}
      </div>
      <span className="grow" />
      <button type="button" className="btn" onClick={() => onShow(first.path)}>
        {t("compare.show")}
      </button>
    </section>
  );
}

function sentence({ a, b, found, names }: Omit<Props, "onShow">, t: TFunction): string {
  const { path: step, because } = found.first!;
  const pair = found.steps.find(({ path }) => path === step)!;
  const called = { step, nameA: names.a, nameB: names.b };
  const status = (of: "a" | "b") => t(`status.${pair[of]!.status}`);
  if (because === "input" && found.inputs.length > 0) {
    return t("compare.because.inputNamed", { ...called, names: found.inputs.map(placeOf).join(", ") });
  }
  if (because === "status") {
    return t("compare.because.status", { ...called, a: status("a"), b: status("b") });
  }
  if (because === "attempts") return t("compare.because.attempts", { ...called, ...pair.attempts });
  const versions = { versionA: a.view.workflowVersion, versionB: b.view.workflowVersion };
  return t(`compare.because.${because}`, { ...called, ...versions });
}
