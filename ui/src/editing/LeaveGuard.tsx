import { Modal } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker, useLocation } from "react-router";

interface Props {
  dirty: boolean;
  isKept: boolean;
  onThrowAway: () => void;
}

/** Asks before unsaved changes are left: by a link with our words, by closing the tab with the browser's. */
export function LeaveGuard({ dirty, isKept, onThrowAway }: Props) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  // Once the page is left, this still stands until the next one is drawn: it must not hold up what comes then.
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      dirty && currentLocation.pathname === pathname && nextLocation.pathname !== pathname,
  );
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);
  return (
    <Modal
      opened={blocker.state === "blocked"}
      onClose={() => blocker.reset?.()}
      title={t("leave.title")}
      closeButtonProps={{ "aria-label": t("common.close") }}
      centered
      transitionProps={{ duration: 0 }}
    >
      <div className="form">
        <p>{isKept ? t("leave.text") : t("leave.textNotKept")}</p>
        <div className="foot wrap">
          <button
            type="button"
            className="btn danger"
            onClick={() => {
              onThrowAway();
              blocker.proceed?.();
            }}
          >
            {t("leave.drop")}
          </button>
          <button type="button" className="btn" onClick={() => blocker.reset?.()}>
            {t("leave.stay")}
          </button>
          <button type="button" className="btn primary" data-autofocus onClick={() => blocker.proceed?.()}>
            {t("leave.go")}
          </button>
        </div>
      </div>
    </Modal>
  );
}
