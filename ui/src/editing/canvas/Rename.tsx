import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ID } from "./edit";

interface Props {
  id: string;
  ids: readonly string[];
  disabled: boolean;
  onRename: (id: string) => void;
}

/** The id of the step that is picked; another one goes into edges and expressions too. */
export function Rename({ id, ids, disabled, onRename }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(id);
  const free = typed === id || (ID.test(typed) && !ids.includes(typed));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (free && typed !== id) onRename(typed);
      }}
    >
      <input
        className="input dense mono"
        aria-label={t("canvas.rename", { id }).trim()}
        title={free ? t("canvas.renameHint") : t("canvas.badId")}
        aria-invalid={!free || undefined}
        autoComplete="off"
        spellCheck={false}
        disabled={disabled}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => (free && typed !== id ? onRename(typed) : setTyped(id))}
      />
    </form>
  );
}
