import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  name: string;
  opened: boolean;
  onClose: () => void;
  onConfirm: () => void;
}

/** The question before what cannot be taken back. */
export function Archive({ name, opened, onClose, onConfirm }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("life.archiveTitle", { name })}
      closeButtonProps={{ "aria-label": t("common.close") }}
      centered
      transitionProps={{ duration: 0 }}
    >
      <div className="form">
        <p>{t("life.archiveQuestion")}</p>
        <div className="foot wrap">
          <button type="button" className="btn" data-autofocus onClick={onClose}>
            {t("common.cancel")}
          </button>
          <button
            type="button"
            className="btn danger"
            onClick={() => {
              onClose();
              onConfirm();
            }}
          >
            {t("life.archiveConfirm")}
          </button>
        </div>
      </div>
    </Modal>
  );
}
