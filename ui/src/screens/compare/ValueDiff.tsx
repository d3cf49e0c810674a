import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { artifactUrl } from "../../api/client";
import { saveFile } from "../../components/hand";
import { Icon } from "../../components/Icon";
import { Skeleton } from "../../components/Notices";
import { Changes } from "../../difference/Changes";
import { jsonDiff } from "../../difference/jsonDiff";
import type { ArtifactRef, Json } from "../../execution/events";
import { formatBytes } from "../../format/format";
import { readText } from "../../value/readText";
import type { Held } from "./StepValues";

interface Both<T> {
  a: T;
  b: T;
}

interface Props extends Both<Held | null> {
  ids: Both<string>;
  names: Both<string>;
  label: string;
  file: string;
}

/** A larger value is not read into the page only to be compared: it is there to be downloaded. */
const MOST = 1024 * 1024;

export function ValueDiff({ a, b, ids, names, label, file }: Props) {
  const { t } = useTranslation();
  const [left, right] = [useValue(a, ids.a), useValue(b, ids.b)];
  const diff = useMemo(
    () => (left.known && right.known ? jsonDiff(left.value, right.value) : null),
    [left.known, right.known, left.value, right.value],
  );
  const sameContent = a?.large && a.large.sha256 === b?.large?.sha256;
  return (
    <>
      {sameContent ? (
        <p className="dim">{t("changes.largeSame", { size: formatBytes(a.large!.size_bytes) })}</p>
      ) : diff ? (
        <Changes diff={diff} label={label} left={names.a} right={names.b} />
      ) : left.reading || right.reading ? (
        <Skeleton rows={2} />
      ) : (
        <p>{t("changes.large", { a: sizeOf(a, t("changes.absent")), b: sizeOf(b, t("changes.absent")) })}</p>
      )}
      <p className="actions compare-downloads">
        <Download held={a} id={ids.a} name={names.a} file={`${file}-a`} />
        <Download held={b} id={ids.b} name={names.b} file={`${file}-b`} />
      </p>
    </>
  );
}

function sizeOf(held: Held | null, absent: string): string {
  if (held?.large) return formatBytes(held.large.size_bytes);
  return held === null || held.value === null ? absent : formatBytes(JSON.stringify(held.value).length);
}

/** The value itself; of one that stands apart, its content up to what is compared here. */
function useValue(held: Held | null, id: string): { known: boolean; reading: boolean; value: Json } {
  const large = held?.large ?? null;
  const fits = large !== null && large.size_bytes <= MOST && large.media_type.startsWith("application/json");
  const url = large ? artifactUrl(id, large.sha256) : "";
  const read = useQuery({
    queryKey: ["artifact", "value", url],
    queryFn: async ({ signal }) => JSON.parse((await readText(url, MOST, signal)).text) as Json,
    enabled: fits,
    staleTime: Number.POSITIVE_INFINITY, // a content never changes under its hash
    gcTime: 60_000,
    retry: false,
  });
  if (!large) return { known: true, reading: false, value: held?.value ?? null };
  return { known: read.isSuccess, reading: fits && read.isPending, value: read.data ?? null };
}

function Download({ held, id, name, file }: { held: Held | null; id: string; name: string; file: string }) {
  const { t } = useTranslation();
  if (!held || (held.value === null && !held.large)) return null;
  const words = (
    <>
      <Icon name="download" size={14} />
      {t("changes.download", { side: name })}
    </>
  );
  if (held.large) {
    return (
      <a className="btn dense" href={artifactUrl(id, held.large.sha256, true)} download={`${file}.json`}>
        {words}
      </a>
    );
  }
  const save = () => saveFile(`${file}.json`, [JSON.stringify(held.value, null, 2)], "application/json");
  return (
    <button type="button" className="btn dense" onClick={save}>
      {words}
    </button>
  );
}

interface FilesProps extends Both<readonly ArtifactRef[]> {
  ids: Both<string>;
  names: Both<string>;
}

/** Files by their names: one whose content differs is changed. */
export function FilesDiff({ a, b, names }: FilesProps) {
  const { t } = useTranslation();
  const told = (files: readonly ArtifactRef[]) =>
    Object.fromEntries(
      files.map((file) => [
        file.name ?? file.sha256,
        `${file.media_type}, ${formatBytes(file.size_bytes)}, ${file.sha256.slice(0, 12)}`,
      ]),
    );
  if (a.length + b.length === 0) return null;
  return (
    <>
      <h3>{t("compare.parts.files")}</h3>
      <Changes
        diff={jsonDiff(told(a), told(b))}
        label={t("compare.parts.files")}
        left={names.a}
        right={names.b}
      />
    </>
  );
}
