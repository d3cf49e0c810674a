import { useTranslation } from "react-i18next";
import { StatusGlyph } from "../components/StatusGlyph";
import { formatBytes } from "../format/format";
import { type FileRefused, MOST_BYTES } from "./files";

/** Why a file was not taken. */
export function FileRefusal({ refused, onClose }: { refused: FileRefused; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="panel told-notice fail" role="alert" data-notice="file">
      <StatusGlyph status="failed" size={18} />
      <div>
        <b>{t("importing.refused", { file: refused.file })}</b>
        <p>
          {t(`importing.${refused.code}`, {
            size: formatBytes(refused.bytes),
            most: formatBytes(MOST_BYTES),
          })}
        </p>
      </div>
      <span className="actions">
        <button type="button" className="btn" onClick={onClose}>
          {t("common.close")}
        </button>
      </span>
    </div>
  );
}
