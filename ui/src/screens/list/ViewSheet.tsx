import { Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../components/Icon";
import { MOST_NAME, type SavedView, useViews, views } from "./views";

interface Props {
  opened: boolean;
  /** The built-in ones, in the reader's words. */
  own: readonly { id: string; name: string; search: string }[];
  onClose: () => void;
}

/** The views of this browser: names, order, and which one the list opens with. */
export function ViewSheet({ opened, own, onClose }: Props) {
  const { t } = useTranslation();
  const { saved, standard } = useViews();
  const choices = [...own, ...saved];
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("views.title")}
      closeButtonProps={{ "aria-label": t("common.close") }}
      size="lg"
      centered
      transitionProps={{ duration: 0 }}
    >
      <div className="form">
        <p className="dim">{t("views.where")}</p>
        {saved.length === 0 && <p>{t("views.none")}</p>}
        <ul className="view-rows">
          {saved.map((view, place) => (
            <Row key={view.id} view={view} first={place === 0} />
          ))}
        </ul>
        <div className="field">
          <label htmlFor="standard-view">{t("views.opens")}</label>
          <select
            id="standard-view"
            className="input"
            value={standard}
            onChange={(event) => views.setStandard(event.target.value)}
          >
            {!choices.some(({ search }) => search === standard) && (
              <option value={standard}>{standard}</option>
            )}
            {choices.map(({ id, name, search }) => (
              <option key={id} value={search}>
                {name}
              </option>
            ))}
          </select>
        </div>
      </div>
    </Modal>
  );
}

function Row({ view: { id, name }, first }: { view: SavedView; first: boolean }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(name);
  const rename = () => {
    if (typed.trim() === "") setTyped(name);
    else if (typed.trim() !== name) views.rename(id, typed.trim());
  };
  return (
    <li>
      <input
        className="input"
        aria-label={t("views.nameOf", { name })}
        maxLength={MOST_NAME}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={rename}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.nativeEvent.isComposing) rename();
        }}
      />
      <button
        type="button"
        className="btn icon"
        aria-label={t("views.raise", { name })}
        title={t("views.raise", { name })}
        disabled={first}
        onClick={() => views.raise(id)}
      >
        <Icon name="up" size={16} />
      </button>
      <button
        type="button"
        className="btn icon"
        aria-label={t("views.remove", { name })}
        title={t("views.remove", { name })}
        onClick={() => views.remove(id)}
      >
        <Icon name="remove" size={16} />
      </button>
    </li>
  );
}
