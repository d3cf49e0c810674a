import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon, kindIcon } from "../../components/Icon";
import type { NodeDefinition } from "../../execution/edges";
import type { Drawing } from "../canvas/useDrawing";
import { useKindWords } from "../canvas/useKindWords";
import type { Knowledge } from "../completion";
import { isNodeId } from "../document/nodes";
import type { Mark } from "../marks";
import { schemaAt } from "../schema";
import { Behaviour } from "./Behaviour";
import { ConfigField } from "./ConfigField";
import { Connections } from "./Connections";
import { FieldRow } from "./FieldRow";
import { type Field, fieldsOf } from "./fields";
import { useDraft } from "./useDraft";
import type { Surroundings } from "./useSurroundings";

interface Props {
  node: NodeDefinition & { config?: unknown };
  drawing: Drawing;
  knowledge: Knowledge;
  marks: readonly Mark[];
  around: Surroundings;
  onInsert: (ends: { from: string; to: string }) => void;
  onConnect: (from: string) => void;
}

const escaped = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** The form of one step: its name, the fields of its kind, how it behaves, where it leads. */
export function NodeForm({ node, drawing, knowledge, marks, around, onInsert, onConnect }: Props) {
  const { t } = useTranslation();
  const words = useKindWords();
  const { act } = drawing;
  const kind = knowledge.kinds.find((one) => one.kind === node.kind);
  const config = (node.config ?? {}) as Record<string, unknown>;
  const schema = schemaAt(knowledge.schema, ["nodes", 0, "config"], () => node.kind);
  const fields = fieldsOf(schema, config);
  const own = marks.filter((mark) => mark.node === node.id);
  const of = (field: string) =>
    own.filter(
      (mark) =>
        mark.field === field || mark.field.startsWith(`${field}.`) || mark.field.startsWith(`${field}[`),
    );
  const isShown = ({ name, required }: Field) => required || name in config;
  // A kind that asks for nothing shows what it can be given. A field that is filled in stays where it is.
  const [above] = useState(() => (fields.some(isShown) ? fields.filter(isShown) : fields));
  const first = fields.filter(({ name }) => above.some((field) => field.name === name));
  const rest = fields.filter((field) => !first.includes(field));
  const wasWrong = useRef(false);
  if (rest.some(({ name }) => of(`config.${name}`).length > 0)) wasWrong.current = true;
  const told = new Set(fields.flatMap(({ name }) => of(`config.${name}`)).concat(of("id")));
  const one = (field: Field) => (
    <ConfigField
      key={`${field.name} ${field.widget}`}
      field={field}
      value={config[field.name]}
      problems={of(`config.${field.name}`)}
      around={around}
      onSet={(value, name) =>
        act.set(
          node.id,
          `/config/${escaped(field.name)}${name === undefined ? "" : `/${escaped(name)}`}`,
          value,
        )
      }
      onRename={(old, name) => act.renameKey(node.id, `/config/${escaped(field.name)}`, old, name)}
    />
  );
  return (
    <form
      className="step-form"
      aria-label={t("form.label", { id: node.id })}
      onSubmit={(event) => event.preventDefault()}
    >
      <div className="step-kind">
        <span className="tile">
          <Icon name={kindIcon(node.kind)} size={14} />
        </span>
        <b>{kind ? words(kind).word : node.kind}</b>
        <span className="dim">{kind && words(kind).hint}</span>
      </div>
      <NameField id={node.id} drawing={drawing} problems={of("id")} readOnly={around.readOnly} />
      {own
        .filter((mark) => !told.has(mark))
        .map((mark) => (
          <p key={mark.id} className="wrong" role="status">
            {mark.field && <code>{mark.field}</code>} {mark.text} {mark.fix}
          </p>
        ))}
      {first.map(one)}
      {rest.length > 0 && (
        <details {...(wasWrong.current && { open: true })}>
          <summary>{t("form.more", { count: rest.length })}</summary>
          {rest.map(one)}
        </details>
      )}
      <Behaviour node={node} act={act} readOnly={around.readOnly} problems={of} />
      <Connections
        id={node.id}
        drawing={drawing}
        readOnly={around.readOnly}
        onInsert={onInsert}
        onConnect={onConnect}
      />
    </form>
  );
}

function NameField({
  id,
  drawing,
  problems,
  readOnly,
}: {
  id: string;
  drawing: Drawing;
  problems: readonly Mark[];
  readOnly: boolean;
}) {
  const { t } = useTranslation();
  const [draft, type] = useDraft(id, String);
  const name = draft.trim();
  const taken = name !== id && drawing.definition.nodes!.some((node) => node.id === name);
  const refused = taken ? "form.nameTaken" : isNodeId(name) ? null : "form.nameWrong";
  const rename = () => {
    if (refused === null && name !== id) drawing.act.rename(id, name);
  };
  return (
    <FieldRow label={t("form.name")} hint={t("form.nameHint")} problems={problems}>
      {({ id: field, describedBy }) => (
        <>
          <input
            id={field}
            className="input mono"
            data-first
            autoComplete="off"
            spellCheck={false}
            readOnly={readOnly}
            aria-describedby={describedBy}
            aria-invalid={refused !== null || undefined}
            value={draft}
            onChange={(event) => type(event.target.value, id)}
            onBlur={rename}
            onKeyDown={(event) => event.key === "Enter" && rename()}
          />
          {refused && <p className="wrong">{t(refused)}</p>}
        </>
      )}
    </FieldRow>
  );
}
