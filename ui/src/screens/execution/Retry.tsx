/** The next run of a finished execution is asked for: its form comes when it is opened. */

import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { notLoaded } from "../../api/problem";
import { ErrorNotice, Skeleton } from "../../components/Notices";
import { useView } from "../../execution/store";

/** Asked for when the dialog is opened: most who look at a run retry nothing. */
const FORM_CODE = {
  queryKey: ["code", "retry"],
  queryFn: () =>
    import("./RetryForm").catch((error: unknown) => {
      throw notLoaded(error);
    }),
  staleTime: Number.POSITIVE_INFINITY,
};

export type From = "failed" | "start" | "steps";

/** What was wished already when the form is opened. */
export interface Preset {
  from: From;
  steps: readonly string[];
  /** Whether the inputs are to be changed: their fields are open. */
  edits: boolean;
}

interface Props {
  opened: boolean;
  preset?: Preset | undefined;
  onClose: () => void;
}

export function RetryDialog({ opened, preset, onClose }: Props) {
  const { t } = useTranslation();
  const { number, run } = useView("number", "run");
  const code = useQuery({ ...FORM_CODE, enabled: opened });
  const RetryForm = code.data?.default;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("retry.title", { number, run: run + 1 })}
      closeButtonProps={{ "aria-label": t("common.close") }}
      size="lg"
      centered
      transitionProps={{ duration: 0 }}
    >
      {opened && !RetryForm && !code.isError && <Skeleton rows={6} />}
      {code.isError && <ErrorNotice error={code.error} onRetry={() => void code.refetch()} />}
      {opened && RetryForm && <RetryForm preset={preset} onClose={onClose} />}
    </Modal>
  );
}
