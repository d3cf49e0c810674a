/** Two definitions of a workflow as what was added, removed, renamed and changed. */

import { useTranslation } from "react-i18next";
import { Icon, kindIcon } from "../components/Icon";
import { Changes } from "../difference/Changes";
import "../difference/difference.css";
import type { DefinitionDiff, EdgeChange, NodeChange } from "./definitionDiff";

const SIGNS = { added: "+", removed: "−", changed: "≠", renamed: "≈" } as const;

interface Names {
  /** What the earlier and the later one are called: `v3`. */
  left: string;
  right: string;
}

export function DefinitionChanges({ diff, ...names }: Names & { diff: DefinitionDiff }) {
  const { t } = useTranslation();
  return (
    <>
      {diff.same && <p className="dim">{t("changes.alike")}</p>}
      <ul className="changes">
        {diff.nodes.map((node) => (
          <Node key={`${node.kind} ${node.id}`} node={node} {...names} />
        ))}
        {diff.edges.map((edge, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: several edges may lead from one step to the same other
          <Edge key={`${index} ${edge.from} ${edge.to}`} edge={edge} {...names} />
        ))}
        {diff.fields.length > 0 && (
          <li className="change changed">
            <p className="change-head">
              <b aria-hidden="true">{SIGNS.changed}</b>
              <span>{t("changes.changed")}</span>
              <code>{t("changes.workflow")}</code>
            </p>
            <Changes diff={{ changes: diff.fields, cut: false }} label={t("changes.workflow")} {...names} />
          </li>
        )}
      </ul>
      {diff.moved.length > 0 && <p className="dim">{t("changes.moved", { count: diff.moved.length })}</p>}
    </>
  );
}

function Node({ node, ...names }: Names & { node: NodeChange }) {
  const { t } = useTranslation();
  const title = t("changes.node", { id: node.id });
  return (
    <li className={`change ${node.kind}`} data-node={node.id} data-kind={node.kind}>
      <p className="change-head">
        <b aria-hidden="true">{SIGNS[node.kind]}</b>
        <span>{t(`changes.${node.kind}`)}</span>
        <code>{title}</code>
        <span className="dim">
          <Icon name={kindIcon(node.nodeKind)} size={12} /> {node.nodeKind}
          {node.was !== null && ` · ${t("changes.renamedFrom", { was: node.was })}`}
        </span>
      </p>
      {node.fields.length > 0 && (
        <Changes diff={{ changes: node.fields, cut: false }} label={title} {...names} />
      )}
    </li>
  );
}

function Edge({ edge, ...names }: Names & { edge: EdgeChange }) {
  const { t } = useTranslation();
  const title = t("changes.edge", { from: edge.from, to: edge.to });
  return (
    <li className={`change ${edge.kind}`} data-edge={`${edge.from} ${edge.to}`} data-kind={edge.kind}>
      <p className="change-head">
        <b aria-hidden="true">{SIGNS[edge.kind]}</b>
        <span>{t(`changes.${edge.kind}`)}</span>
        <code>{title}</code>
      </p>
      {edge.fields.length > 0 && (
        <Changes diff={{ changes: edge.fields, cut: false }} label={title} {...names} />
      )}
    </li>
  );
}
