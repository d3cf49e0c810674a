/** A file of a step, shown in place by its type; of a large one the beginning. */

import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { artifactUrl } from "../api/client";
import { Icon } from "../components/Icon";
import { ErrorNotice, Skeleton } from "../components/Notices";
import type { ArtifactRef, Json } from "../execution/events";
import { formatBytes } from "../format/format";
import { RowsView } from "./RowsView";
import { readText } from "./readText";
import { parseCsv } from "./shape";
import { Raw, ValueView } from "./ValueView";

const Markdown = lazy(() => import("./Markdown"));

/** Larger ones wait for a press. */
const OPEN_AT_ONCE = 256 * 1024;
const MOST = 1024 * 1024;
const IMAGE = /^image\/(png|jpeg|webp|gif)$/;
const TEXT = /^(text\/(plain|markdown|csv)|application\/json)$/;

const typeOf = (file: ArtifactRef) => file.media_type.split(";")[0]!.trim().toLowerCase();
const canShow = (type: string) => type === "text/html" || IMAGE.test(type) || TEXT.test(type);

export function ArtifactView({ file, executionId }: { file: ArtifactRef; executionId: string }) {
  const { t } = useTranslation();
  const type = typeOf(file);
  const [open, setOpen] = useState(Boolean(file.name) && file.size_bytes <= OPEN_AT_ONCE);
  const name = file.name ?? t("step.output");
  const url = artifactUrl(executionId, file.sha256);
  return (
    <div className="artifact" data-artifact={file.name ?? file.sha256}>
      <p className="file">
        <Icon name="file" size={16} />
        <b>{name}</b>
        <span className="dim">
          {file.media_type} · {t("step.large", { size: formatBytes(file.size_bytes) })}
        </span>
        {canShow(type) && (
          <button type="button" className="btn dense" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t(open ? "value.hide" : "value.show")}
          </button>
        )}
        <a
          className="btn dense"
          href={artifactUrl(executionId, file.sha256, true)}
          download={file.name ?? true}
        >
          <Icon name="download" size={14} />
          {t("common.download")}
        </a>
      </p>
      {open && canShow(type) && <Shown type={type} url={url} name={name} size={file.size_bytes} />}
    </div>
  );
}

interface ShownProps {
  type: string;
  url: string;
  name: string;
  size: number;
}

function Shown({ type, url, name, size }: ShownProps) {
  if (type === "text/html") return <iframe title={name} sandbox="allow-scripts" src={url} />;
  if (IMAGE.test(type)) return <img src={url} alt={name} loading="lazy" />;
  return <TextShown type={type} url={url} name={name} size={size} />;
}

function TextShown({ type, url, name, size }: ShownProps) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    queryKey: ["artifact", url],
    queryFn: ({ signal }) => readText(url, MOST, signal),
    staleTime: Number.POSITIVE_INFINITY, // a content never changes under its hash
    gcTime: 60_000,
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton rows={3} />;
  const value = type === "application/json" && data.whole ? parsed(data.text) : undefined;
  if (value !== undefined) return <ValueView value={value} label={name} file={name.replace(/\.json$/, "")} />;
  return (
    <>
      {type === "text/csv" ? (
        <CsvShown text={data.text} label={name} />
      ) : type === "text/markdown" ? (
        <Suspense fallback={<Skeleton rows={3} />}>
          <Markdown text={data.text} />
        </Suspense>
      ) : (
        <Raw text={data.text} total={size} label={name} />
      )}
      {!data.whole && (type === "text/csv" || type === "text/markdown") && (
        <p className="dim">{t("step.cut", { shown: formatBytes(MOST), size: formatBytes(size) })}</p>
      )}
    </>
  );
}

function CsvShown({ text, label }: { text: string; label: string }) {
  return <RowsView table={useMemo(() => parseCsv(text), [text])} label={label} />;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // shown as the text it is
  }
}
