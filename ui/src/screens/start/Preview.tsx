import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Icon, kindIcon } from "../../components/Icon";
import { StatusGlyph } from "../../components/StatusGlyph";
import { useNarrow } from "../../components/useNarrow";
import { Picture } from "../../graph/Picture";
import type { Told } from "./useTemplates";

interface Props {
  template: Told | null;
  onClose: () => void;
  onBegin: (template: Told) => void;
}

/** A template looked at before one begins from it: its graph, its steps, and what is missing here. */
export function Preview({ template, onClose, onBegin }: Props) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  return (
    <Modal
      opened={template !== null}
      onClose={onClose}
      title={template?.title ?? ""}
      closeButtonProps={{ "aria-label": t("common.close") }}
      size={760}
      fullScreen={narrow}
      centered
      transitionProps={{ duration: 0 }}
    >
      {template && (
        <div className="form template-preview">
          <p>{template.sentence}</p>
          <div className="template-large">
            <Picture definition={template.definition} ratio={narrow ? 1 : 2.2} />
          </div>
          <ol className="template-steps" aria-label={t("template.steps")}>
            {(template.definition.nodes ?? []).map(({ id, kind }) => (
              <li key={id}>
                <Icon name={kindIcon(kind)} size={14} />
                <b>{id}</b>
                <span className="dim">{template.kindWords.get(kind)}</span>
              </li>
            ))}
          </ol>
          <WhyNot template={template} />
          <div className="foot">
            <button type="button" className="btn" onClick={onClose}>
              {t("common.cancel")}
            </button>
            <button
              type="button"
              className="btn primary"
              data-autofocus
              disabled={template.off.length > 0}
              aria-describedby={template.off.length > 0 ? "why-not-this" : undefined}
              onClick={() => onBegin(template)}
            >
              {t("template.begin")}
            </button>
          </div>
        </div>
      )}
    </Modal>
  );
}

function WhyNot({ template: { off, kindWords } }: { template: Told }) {
  const { t } = useTranslation();
  if (off.length === 0) return null;
  const kinds = off.map((kind) => kindWords.get(kind)).join(", ");
  return (
    <p className="status failed" id="why-not-this">
      <StatusGlyph status="failed" />
      <span>
        {t("template.off", { kinds })}{" "}
        {t(off.includes("shell") ? "errors.shell_not_allowed.advice" : "errors.kind_not_loaded.advice")}
      </span>
    </p>
  );
}
