/** A new workflow: from nothing, or from a file that is chosen or dropped. */

import { type ChangeEvent, type DragEvent, type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Icon } from "../components/Icon";
import { FileRefusal } from "../editing/FileRefusal";
import { FileRefused, readFile } from "../editing/files";

export function useBring() {
  const navigate = useNavigate();
  const [refused, setRefused] = useState<FileRefused | null>(null);
  const take = async (file: File) => {
    setRefused(null);
    try {
      const imported = await readFile(file);
      void navigate("/workflows/new", { state: { imported } });
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      setRefused(error);
    }
  };
  return { take, refused, forget: () => setRefused(null) };
}

export type Bring = ReturnType<typeof useBring>;

export function BringButtons({ bring }: { bring: Bring }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = ""; // the same file may be chosen again
    if (file) void bring.take(file);
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".yaml,.yml,.json"
        hidden
        aria-label={t("importing.button")}
        onChange={choose}
      />
      <button type="button" className="btn" onClick={() => input.current?.click()}>
        <Icon name="upload" size={16} />
        {t("importing.button")}
      </button>
      <Link className="btn strong" to="/workflows/start">
        <Icon name="plus" size={16} />
        {t("importing.new")}
      </Link>
    </>
  );
}

/** What is around takes a dropped file. */
export function DropZone({ bring, children }: { bring: Bring; children: ReactNode }) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const holdsFile = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  const leave = (event: DragEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
  };
  const drop = (event: DragEvent) => {
    const file = event.dataTransfer.files[0];
    setOver(false);
    if (!file) return;
    event.preventDefault();
    void bring.take(file);
  };
  return (
    <section
      className={`page drop-zone${over ? " over" : ""}`}
      aria-label={t("workflows.title")}
      onDragOver={(event) => {
        if (!holdsFile(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={leave}
      onDrop={drop}
    >
      {over && <p className="drop-word">{t("importing.drop")}</p>}
      {children}
      {bring.refused && <FileRefusal refused={bring.refused} onClose={bring.forget} />}
    </section>
  );
}
