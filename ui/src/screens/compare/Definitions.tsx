import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { DefinitionChanges } from "../../definitionDiff/DefinitionChanges";
import { definitionDiff } from "../../definitionDiff/definitionDiff";
import type { Compared } from "./sides";

/** What was changed in the workflow between the two versions that ran. */
export function Definitions({ a, b }: { a: Compared; b: Compared }) {
  const { t } = useTranslation();
  const diff = useMemo(() => definitionDiff(a.definition, b.definition), [a.definition, b.definition]);
  const [left, right] = [a.view, b.view];
  const versions = { a: left.workflowVersion, b: right.workflowVersion };
  const one = left.workflowId === right.workflowId;
  return (
    <section className="panel" aria-labelledby="compare-definition">
      <div className="panel-head">
        <h2 id="compare-definition">{t("compare.definition", versions)}</h2>
      </div>
      <div className="compare-body">
        {one && versions.a === versions.b ? (
          <p className="dim">{t("compare.definitionSame", { version: versions.a })}</p>
        ) : diff.same && diff.moved.length === 0 ? (
          <p className="dim">{t("compare.definitionAlike", versions)}</p>
        ) : (
          <DefinitionChanges
            diff={diff}
            left={one ? `v${versions.a}` : `${left.workflowName} v${versions.a}`}
            right={one ? `v${versions.b}` : `${right.workflowName} v${versions.b}`}
          />
        )}
      </div>
    </section>
  );
}
