/** The bar of what is selected, and the sheet of one action on it. */

import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { BulkAction } from "../../api/types";
import { Icon, type IconName } from "../../components/Icon";
import { BulkSheet } from "./BulkSheet";
import { fits, type Marks } from "./useMarks";

const ICONS: Record<BulkAction, IconName> = {
  stop: "stop",
  retry: "history",
  hold: "pause",
  release: "play",
  move: "up",
};

interface Props {
  marks: Marks;
  actions: readonly BulkAction[];
  /** What else can be done with these. */
  children?: ReactNode;
}

export function Bulk({ marks, actions, children }: Props) {
  const { t } = useTranslation();
  const { chosen, asking } = marks;
  if (chosen.length === 0) return null;
  return (
    <>
      <div className="bulk" role="toolbar" aria-label={t("list.selected", { count: chosen.length })}>
        <b>{t("list.selected", { count: chosen.length })}</b>
        {actions.map((action) => {
          const count = chosen.filter((item) => fits(action, item)).length;
          return (
            <button
              key={action}
              type="button"
              className="btn"
              disabled={count === 0}
              onClick={() => marks.ask(action)}
            >
              <Icon name={ICONS[action]} size={16} />
              {t(`bulk.do.${action}`, { count })}
            </button>
          );
        })}
        {children}
        <button type="button" className="btn icon" aria-label={t("list.clear")} onClick={marks.clear}>
          <Icon name="close" size={14} />
        </button>
      </div>
      <Modal
        opened={asking !== null}
        onClose={marks.leave}
        title={asking && t(`bulk.title.${asking}`)}
        closeButtonProps={{ "aria-label": t("common.close") }}
        centered
        transitionProps={{ duration: 0 }}
      >
        {asking && <BulkSheet marks={marks} action={asking} />}
      </Modal>
    </>
  );
}
