import { useState } from "react";
import { useTranslation } from "react-i18next";
import { MOST_NAME, views } from "./views";

/** A name for the filter that the list has now. */
export function SaveView({ filter }: { filter: string }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [failed, setFailed] = useState(false);
  return (
    <form
      className="save-view"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") setFailed(!views.save(name.trim(), filter));
      }}
    >
      <label>
        <span className="dim">{t("views.save")}</span>
        <input
          className="input"
          placeholder={t("views.name")}
          maxLength={MOST_NAME}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <button type="submit" className="btn" disabled={name.trim() === ""}>
        {t("views.keep")}
      </button>
      {failed && (
        <p role="alert" className="status failed">
          {t("views.notKept")}
        </p>
      )}
    </form>
  );
}
