import { Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Trigger, triggersApi } from "../../api/triggers";
import { RunError } from "../../components/RunDialog";

export function Remove({ trigger, onClose }: { trigger: Trigger; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => triggersApi.remove(trigger.id),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["triggers"] });
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("triggers.removeTitle", { name: trigger.name })}
      closeButtonProps={{ "aria-label": t("common.close") }}
      centered
      transitionProps={{ duration: 0 }}
    >
      <div className="form">
        <p>{t("triggers.removeText")}</p>
        <RunError error={remove.error} />
        <div className="foot">
          <button type="button" className="btn" onClick={onClose} data-autofocus>
            {t("common.cancel")}
          </button>
          <button
            type="button"
            className="btn danger"
            disabled={remove.isPending}
            onClick={() => remove.mutate()}
          >
            {t("triggers.remove")}
          </button>
        </div>
      </div>
    </Modal>
  );
}
