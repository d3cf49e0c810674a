import { useState } from "react";
import { useTranslation } from "react-i18next";
import { copyText } from "./hand";
import { Icon } from "./Icon";

/** Copies what `text` gives at the press, and says so on itself until the pointer or focus leaves. */
export function CopyButton({ text, label }: { text: () => string; label: string }) {
  const { t } = useTranslation();
  const [said, setSaid] = useState<"done" | "failed" | null>(null);
  const copy = async () => setSaid((await copyText(text())) ? "done" : "failed");
  const word = said === null ? label : t(`hand.${said}`);
  return (
    <button
      type="button"
      className="btn dense icon"
      aria-label={word}
      title={word}
      onClick={() => void copy()}
      onBlur={() => setSaid(null)}
      onPointerLeave={() => setSaid(null)}
    >
      <Icon name={said === "done" ? "check" : "copy"} size={14} />
      {said === "failed" && word}
    </button>
  );
}
