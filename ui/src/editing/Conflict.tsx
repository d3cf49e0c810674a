import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { serverClock } from "../api/clock";
import { workflowApi } from "../api/workflows";
import { StatusGlyph } from "../components/StatusGlyph";
import { formatActor, formatMoment } from "../format/format";
import { Diff } from "./Diff";
import type { Editing } from "./useEditing";

interface Props {
  workflowId: string;
  /** What somebody else has saved since this text began. */
  theirs: { version: number; text: string };
  editing: Editing;
  busy: boolean;
  onKeepMine: () => void;
}

/** Somebody saved meanwhile: who, when, and the three ways on. */
export function Conflict({ workflowId, theirs, editing, busy, onKeepMine }: Props) {
  const { t } = useTranslation();
  const [both, setBoth] = useState(false);
  const saved = useQuery({
    queryKey: ["versions", workflowId, "at", theirs.version],
    queryFn: () => workflowApi.versions(workflowId),
  }).data?.items.find(({ version }) => version === theirs.version);
  const names = { theirs: theirs.version, base: editing.base.version };
  return (
    <div className="panel told-notice" role="alert" data-notice="conflict">
      <StatusGlyph status="waiting" size={18} />
      <div>
        <b>
          {saved
            ? t("conflict.title", { ...names, who: formatActor(saved.saved_by, t) })
            : t("conflict.titleUnknown", names)}
        </b>
        {saved && (
          <p className="dim">
            {t("conflict.text", { ...names, at: formatMoment(saved.saved_at, serverClock.now()) })}
          </p>
        )}
      </div>
      <span className="actions">
        <button type="button" className="btn" onClick={() => setBoth(true)}>
          {t("conflict.seeBoth")}
        </button>
        <button type="button" className="btn" onClick={() => editing.adopt(theirs)}>
          {t("conflict.loadTheirs")}
        </button>
        <button type="button" className="btn primary" disabled={busy} onClick={onKeepMine}>
          {t("conflict.keepMine", { version: theirs.version + 1 })}
        </button>
      </span>
      <Modal
        opened={both}
        onClose={() => setBoth(false)}
        title={t("conflict.both")}
        size={960}
        closeButtonProps={{ "aria-label": t("common.close") }}
        transitionProps={{ duration: 0 }}
      >
        <Diff
          left={theirs.text}
          right={editing.text}
          leftWord={t("conflict.theirs", { version: theirs.version })}
          rightWord={t("conflict.mine")}
        />
      </Modal>
    </div>
  );
}
