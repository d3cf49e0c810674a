import { useTranslation } from "react-i18next";
import type { Mark } from "../marks";
import { CodeField } from "./CodeField";
import { FieldRow } from "./FieldRow";
import { Tried } from "./Tried";
import { useDraft } from "./useDraft";
import type { Surroundings } from "./useSurroundings";
import { readText, shownText } from "./values";

interface Props {
  value: unknown;
  problems: readonly Mark[];
  around: Surroundings;
  onSet: (value: unknown) => void;
}

/** What a run gives in the end. */
export function OutputField({ value, problems, around, onSet }: Props) {
  const { t } = useTranslation();
  const [draft, type] = useDraft(value, (own) => shownText(own, "json"));
  const unreadable = "unreadable" in readText(draft, "json", false);
  const write = (text: string) => {
    const read = readText(text, "json", false);
    type(text, "unreadable" in read ? value : read.value);
    if (!("unreadable" in read)) onSet(read.value);
  };
  return (
    <FieldRow label={t("form.output")} hint={t("form.outputHint")} optional problems={problems} group>
      {({ describedBy, wrong }) => (
        <>
          <CodeField
            text={draft}
            language="template"
            label={t("form.output")}
            describedBy={describedBy}
            wrong={wrong || unreadable}
            readOnly={around.readOnly}
            names={around.names}
            onChange={write}
          />
          {unreadable && <p className="wrong">{t("form.unreadable")}</p>}
          <Tried template={value} execution={around.execution} />
        </>
      )}
    </FieldRow>
  );
}
