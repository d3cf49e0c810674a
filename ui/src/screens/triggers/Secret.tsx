import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Trigger } from "../../api/triggers";
import { CopyButton } from "../../components/CopyButton";

/** The secret of a webhook, which is never shown again, and how it is called. */
export function Secret({ trigger, onClose }: { trigger: Trigger; onClose: () => void }) {
  const { t } = useTranslation();
  const url = `${location.origin}${trigger.path}`;
  const call = [
    `curl -X POST ${url} \\`,
    `  -H "Authorization: Bearer ${trigger.secret}" \\`,
    `  -H "Content-Type: application/json" -d '{}'`,
  ].join("\n");
  const row = (label: string, text: string) => (
    <div className="field">
      <span className="secret-label">{label}</span>
      <div className="secret-row">
        <pre className="mono">{text}</pre>
        <CopyButton text={() => text} label={t("triggers.copy", { what: label })} />
      </div>
    </div>
  );
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("triggers.secretTitle", { name: trigger.name })}
      closeButtonProps={{ "aria-label": t("common.close") }}
      centered
      transitionProps={{ duration: 0 }}
    >
      <div className="form">
        <p>{t("triggers.secretOnce")}</p>
        {row(t("triggers.address"), url)}
        {row(t("triggers.secret"), trigger.secret ?? "")}
        {row(t("triggers.example"), call)}
        <p className="hint">{t("triggers.signed")}</p>
        <div className="foot">
          <button type="button" className="btn primary" onClick={onClose} data-autofocus>
            {t("triggers.kept")}
          </button>
        </div>
      </div>
    </Modal>
  );
}
