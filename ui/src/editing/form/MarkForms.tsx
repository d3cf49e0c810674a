import { useTranslation } from "react-i18next";
import { Icon } from "../../components/Icon";
import { COLOURS, type Colour, type GroupMark, type NoteMark, noteKey } from "../../graph/marks";
import type { Acting } from "../canvas/useActions";
import { FieldRow } from "./FieldRow";
import { useDraft } from "./useDraft";

const NO_PROBLEMS = [] as const;

interface NoteProps {
  note: NoteMark;
  act: Acting;
  readOnly: boolean;
}

export function NoteForm({ note, act, readOnly }: NoteProps) {
  const { t } = useTranslation();
  const [text, type] = useDraft(note.text, String);
  const key = noteKey(note.id);
  return (
    <form className="step-form" aria-label={t("form.note")} onSubmit={(event) => event.preventDefault()}>
      <FieldRow label={t("form.noteText")} hint={t("form.noteHint")} problems={NO_PROBLEMS}>
        {({ id, describedBy }) => (
          <textarea
            id={id}
            className="input"
            data-first
            rows={8}
            maxLength={4000}
            readOnly={readOnly}
            aria-describedby={describedBy}
            value={text}
            onChange={({ target: { value } }) => {
              type(value, value);
              act.setNote(key, "text", value);
            }}
          />
        )}
      </FieldRow>
      <Colours
        chosen={note.color}
        readOnly={readOnly}
        onChoose={(color) => act.setNote(key, "color", color)}
      />
      {!readOnly && (
        <button
          type="button"
          className="btn dense danger"
          onClick={() => act.remove({ nodes: [key], edge: null })}
        >
          <Icon name="remove" size={14} />
          {t("form.removeNote")}
        </button>
      )}
    </form>
  );
}

interface GroupProps {
  group: GroupMark;
  act: Acting;
  readOnly: boolean;
}

export function GroupForm({ group, act, readOnly }: GroupProps) {
  const { t } = useTranslation();
  const [title, type] = useDraft(group.title, String);
  return (
    <form className="step-form" aria-label={t("form.group")} onSubmit={(event) => event.preventDefault()}>
      <FieldRow label={t("form.groupTitle")} hint={t("form.groupHint")} problems={NO_PROBLEMS}>
        {({ id, describedBy }) => (
          <input
            id={id}
            className="input"
            data-first
            autoComplete="off"
            maxLength={200}
            readOnly={readOnly}
            aria-describedby={describedBy}
            value={title}
            onChange={({ target: { value } }) => {
              type(value, value);
              act.setGroup(group.id, "title", value);
            }}
          />
        )}
      </FieldRow>
      <Colours
        chosen={group.color}
        readOnly={readOnly}
        onChoose={(color) => act.setGroup(group.id, "color", color)}
      />
      {!readOnly && (
        <button type="button" className="btn dense" onClick={() => act.ungroup(group.id)}>
          {t("form.ungroup")}
        </button>
      )}
    </form>
  );
}

interface ColoursProps {
  chosen: Colour;
  readOnly: boolean;
  onChoose: (colour: Colour) => void;
}

function Colours({ chosen, readOnly, onChoose }: ColoursProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="field colours" disabled={readOnly}>
      <legend>{t("form.colour")}</legend>
      {COLOURS.map((colour) => (
        <label key={colour} className="sketch" data-color={colour} title={t(`form.colours.${colour}`)}>
          <input
            type="radio"
            name="colour"
            checked={colour === chosen}
            onChange={() => onChoose(colour)}
            aria-label={t(`form.colours.${colour}`)}
          />
        </label>
      ))}
    </fieldset>
  );
}
