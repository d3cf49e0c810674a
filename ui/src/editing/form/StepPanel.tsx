import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { WorkflowAnswer } from "../../api/types";
import { Icon } from "../../components/Icon";
import type { EdgeDefinition, NodeDefinition } from "../../execution/edges";
import { isStep, marksIn, noteKey } from "../../graph/marks";
import type { Drawing } from "../canvas/useDrawing";
import { type Ends, isSelected } from "../canvas/useSelection";
import type { Knowledge } from "../completion";
import { isObject } from "../drawable";
import type { Mark } from "../marks";
import { EdgeForm } from "./EdgeForm";
import "./form.css";
import { GroupForm, NoteForm } from "./MarkForms";
import { NodeForm } from "./NodeForm";
import { Sample } from "./Sample";
import { TryStep } from "./TryStep";
import { useSurroundings } from "./useSurroundings";
import { useTrying } from "./useTrying";
import { WorkflowForm } from "./WorkflowForm";

interface Props {
  workflow: WorkflowAnswer | null;
  /** What is shown is not what is saved. */
  dirty: boolean;
  drawing: Drawing;
  /** The value of the last text that could be read. */
  shown: unknown;
  knowledge: Knowledge | null;
  marks: readonly Mark[];
  readOnly: boolean;
  onInsert: (ends: Ends) => void;
  onConnect: (from: string) => void;
}

/** The form of what is selected on the canvas. */
export function StepPanel({ workflow, dirty, drawing, shown, knowledge, marks, readOnly, ...on }: Props) {
  const { t } = useTranslation();
  const tried = useTrying(workflow, dirty);
  const { definition, selecting } = drawing;
  const { nodes, edge: ends } = selecting.selection;
  const node = nodes.length === 1 ? definition.nodes!.find(({ id }) => id === nodes[0]) : undefined;
  // By its place: a new name leaves what is open as it is, and the focus where it went.
  const step = node && definition.nodes!.indexOf(node);
  const marked = useMemo(() => marksIn(definition), [definition]);
  const note = nodes.length === 1 ? marked.notes.find(({ id }) => noteKey(id) === nodes[0]) : undefined;
  const group = marked.groups.find((one) => isSelected(one, selecting.selection));
  const edge = ends && definition.edges!.find(({ from, to }) => from === ends.from && to === ends.to);
  const inputs = JSON.stringify(isObject(shown) ? shown.inputs : null);
  const schema: unknown = useMemo(() => JSON.parse(inputs ?? "null"), [inputs]);
  const place = edge ? { behind: edge.from } : node ? { before: node.id } : "end";
  const around = useSurroundings(workflow?.id ?? null, definition, schema, place, readOnly);
  return (
    <div className="step-panel">
      {node && <TryStep key={`try ${step}`} step={node.id} trying={tried} />}
      {node && knowledge && (
        <NodeForm
          key={`form ${node.kind} ${step}`}
          node={node as NodeDefinition}
          drawing={drawing}
          knowledge={knowledge}
          marks={marks}
          around={around}
          onInsert={on.onInsert}
          onConnect={on.onConnect}
        />
      )}
      {node && (
        <Sample
          key={`sample ${step}`}
          node={node as NodeDefinition}
          workflowId={workflow?.id ?? null}
          act={drawing.act}
          readOnly={readOnly}
        />
      )}
      {edge && (
        <EdgeForm
          key={`${edge.from} ${edge.to}`}
          edge={edge}
          index={placeOf(edge, shown)}
          drawing={drawing}
          marks={marks}
          around={around}
        />
      )}
      {group && <GroupForm key={group.id} group={group} act={drawing.act} readOnly={readOnly} />}
      {note && <NoteForm key={note.id} note={note} act={drawing.act} readOnly={readOnly} />}
      {!node && !edge && !group && nodes.length > 1 && (
        <div className="nothing">
          <p className="dim">{t("form.several", { count: nodes.length })}</p>
          {!readOnly && nodes.some(isStep) && (
            <button
              type="button"
              className="btn dense"
              onClick={() => drawing.act.group(nodes, t("canvas.newGroup"))}
            >
              <Icon name="group" size={14} />
              {t("form.makeGroup")}
            </button>
          )}
        </div>
      )}
      {!node && !edge && !note && !group && nodes.length < 2 && (
        <WorkflowForm shown={shown} act={drawing.act} marks={marks} around={around} />
      )}
    </div>
  );
}

function placeOf({ from, to }: EdgeDefinition, shown: unknown): number {
  const edges: unknown[] = isObject(shown) && Array.isArray(shown.edges) ? shown.edges : [];
  return edges.findIndex((edge) => isObject(edge) && edge.from === from && edge.to === to);
}
