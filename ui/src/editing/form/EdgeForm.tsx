import { useTranslation } from "react-i18next";
import { Icon } from "../../components/Icon";
import type { EdgeDefinition } from "../../execution/edges";
import type { Drawing } from "../canvas/useDrawing";
import type { Mark } from "../marks";
import { CodeField } from "./CodeField";
import { FieldRow } from "./FieldRow";
import { Tried } from "./Tried";
import { useDraft } from "./useDraft";
import type { Surroundings } from "./useSurroundings";

interface Props {
  edge: EdgeDefinition;
  /** Its place in the definition, which may hold edges that cannot be drawn. */
  index: number;
  drawing: Drawing;
  marks: readonly Mark[];
  around: Surroundings;
}

/** The form of an edge: when it is gone, and what stands at it. */
export function EdgeForm({ edge, index, drawing, marks, around }: Props) {
  const { t } = useTranslation();
  const { act, selecting } = drawing;
  const ends = { from: edge.from, to: edge.to };
  const of = (field: string) => marks.filter((mark) => mark.field === `edges[${index}].${field}`);
  const [when, typeWhen] = useDraft(edge.when ?? "", String);
  const [label, typeLabel] = useDraft(edge.label ?? "", String);
  return (
    <form
      className="step-form"
      aria-label={t("form.edge", ends)}
      onSubmit={(event) => event.preventDefault()}
    >
      <div className="step-kind">
        <b>{t("form.edge", ends)}</b>
      </div>
      <FieldRow
        label={t("form.when")}
        hint={t("form.whenHint", { from: edge.from })}
        optional
        problems={of("when")}
        group
      >
        {({ describedBy, wrong }) => (
          <>
            <CodeField
              text={when}
              language="template"
              single
              label={t("form.when")}
              describedBy={describedBy}
              wrong={wrong}
              readOnly={around.readOnly}
              names={around.names}
              onChange={(text) => {
                typeWhen(text, text);
                act.setEdge(ends, "when", text);
              }}
            />
            <Tried template={edge.when ?? ""} execution={around.execution} />
          </>
        )}
      </FieldRow>
      <FieldRow label={t("form.edgeLabel")} optional problems={of("label")}>
        {({ id }) => (
          <input
            id={id}
            className="input"
            autoComplete="off"
            readOnly={around.readOnly}
            value={label}
            onChange={({ target: { value } }) => {
              typeLabel(value, value);
              act.setEdge(ends, "label", value);
            }}
          />
        )}
      </FieldRow>
      {!around.readOnly && (
        <button type="button" className="btn dense danger" onClick={() => act.remove(selecting.selection)}>
          <Icon name="remove" size={14} />
          {t("form.disconnect", ends)}
        </button>
      )}
    </form>
  );
}
