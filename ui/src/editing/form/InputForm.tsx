import { useTranslation } from "react-i18next";
import { Icon } from "../../components/Icon";
import type { Acting } from "../canvas/useActions";
import { isInputName } from "../document/inputs";
import type { Mark } from "../marks";
import { FieldRow } from "./FieldRow";
import { choiceIn, choicesIn, type InputField, type InputType, lineOf, TYPES, typed } from "./inputFields";
import { TextLine } from "./TextLine";
import { useDraft } from "./useDraft";
import { readValue, shownValue } from "./values";

interface Props {
  input: InputField;
  taken: readonly string[];
  act: Acting;
  problems: readonly Mark[];
  readOnly: boolean;
}

/** One input: its name, what it is, and what it is when nobody says. */
export function InputForm({ input, taken, act, problems, readOnly }: Props) {
  const { t } = useTranslation();
  const at = `inputs/properties/${input.name}`;
  const set = (field: string, value: unknown) => act.setTop(`${at}/${field}`, value);
  const [name, typeName] = useDraft(input.name, String);
  const isTaken = name !== input.name && taken.includes(name);
  const refused = isTaken ? "form.inputTaken" : isInputName(name) ? null : "form.nameWrong";
  const rename = () => {
    if (refused === null && name !== input.name) act.renameInput(input.name, name);
  };
  const isText = input.type === "text";
  return (
    <fieldset className="input-form" disabled={readOnly}>
      <legend className="sr">{input.name}</legend>
      <div className="input-line">
        <input
          className="input mono"
          aria-label={t("form.inputName", { name: input.name })}
          aria-invalid={refused !== null || undefined}
          autoComplete="off"
          spellCheck={false}
          value={name}
          onChange={({ target }) => typeName(target.value, input.name)}
          onBlur={rename}
          onKeyDown={(event) => event.key === "Enter" && rename()}
        />
        <select
          className="input"
          aria-label={t("form.inputType", { name: input.name })}
          value={input.type ?? ""}
          onChange={({ target }) => {
            for (const [field, value] of Object.entries(typed(target.value as InputType))) set(field, value);
          }}
        >
          {input.type === null && <option value="">{t("form.inputTypes.other")}</option>}
          {TYPES.map((type) => (
            <option key={type} value={type}>
              {t(`form.inputTypes.${type}`)}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="btn icon"
          aria-label={t("form.removeInput", { name: input.name })}
          title={t("form.removeInput", { name: input.name })}
          onClick={() => act.removeInput(input.name)}
        >
          <Icon name="close" size={14} />
        </button>
      </div>
      {refused && <p className="wrong">{t(refused)}</p>}
      <details>
        <summary>{t("form.inputMore")}</summary>
        <TextLine
          label={t("form.inputTitle")}
          value={input.title}
          onSet={(value) => set("title", value || undefined)}
        />
        <TextLine
          label={t("form.inputDescription")}
          value={input.description}
          onSet={(value) => set("description", value || undefined)}
        />
        {input.type === "choice" && <Choices input={input} set={set} />}
        {input.type !== "choice" && (
          <TextLine
            label={t("form.inputDefault")}
            value={isText ? String(input.default ?? "") : shownValue(input.default)}
            comesBackAs={(text) => (isText ? text : shownValue(valueIn(text) ?? input.default))}
            onSet={(text) => {
              // A list half written is no default yet.
              const value = isText ? text || undefined : valueIn(text);
              if (isText || text.trim() === "" || value !== undefined) set("default", value);
            }}
          />
        )}
        <FieldRow label={t("form.inputRequired")} problems={[]}>
          {({ id }) => (
            <input
              id={id}
              type="checkbox"
              role="switch"
              checked={input.required}
              onChange={({ target }) => act.setRequired(input.name, target.checked)}
            />
          )}
        </FieldRow>
      </details>
      {problems.map((mark) => (
        <p key={mark.id} className="wrong" role="status">
          {mark.text} {mark.fix}
        </p>
      ))}
    </fieldset>
  );
}

/** What can be chosen, and which of it when nobody says. What is no number stays out of choices that are numbers. */
function Choices({ input, set }: { input: InputField; set: (field: string, value: unknown) => void }) {
  const { t } = useTranslation();
  const shown = (choices: readonly unknown[]) => choices.map(lineOf).join("\n");
  const oneIn = (text: string) => (text === "" ? { value: undefined } : choiceIn(text, input));
  const why = (read: ReturnType<typeof choiceIn>) => ("wanted" in read ? t(`run.${read.wanted}`) : null);
  return (
    <>
      <TextLine
        lines
        label={t("form.inputChoices")}
        value={shown(input.choices)}
        comesBackAs={(text) => {
          const read = choicesIn(text, input);
          return shown("value" in read ? read.value : input.choices);
        }}
        refused={(text) => why(choicesIn(text, input))}
        onSet={(text) => {
          const read = choicesIn(text, input);
          if ("value" in read) set("enum", read.value);
        }}
      />
      <TextLine
        label={t("form.inputDefault")}
        value={input.default === undefined ? "" : lineOf(input.default)}
        comesBackAs={(text) => {
          const read = oneIn(text);
          return lineOf("value" in read ? read.value : input.default);
        }}
        refused={(text) => why(oneIn(text))}
        onSet={(text) => {
          const read = oneIn(text);
          if ("value" in read) set("default", read.value);
        }}
      />
    </>
  );
}

function valueIn(text: string): unknown {
  const read = readValue(text);
  return "value" in read ? read.value : undefined;
}
