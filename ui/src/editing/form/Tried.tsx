import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { workflowApi } from "../../api/workflows";

const PAUSE_MS = 350;
/** Characters of a value that are shown. */
const MOST = 300;

interface Props {
  template: unknown;
  /** The last execution of the workflow; null where it never ran. */
  execution: { id: string; number: number } | null;
}

/** What an expression gives on the values of the last run, while it is written. */
export function Tried({ template, execution }: Props) {
  const { t } = useTranslation();
  const [settled] = useDebouncedValue(template, PAUSE_MS);
  const holds = JSON.stringify(settled ?? "").includes("${");
  const answer = useQuery({
    queryKey: ["tried", execution?.id, settled],
    queryFn: () => workflowApi.evaluate(execution!.id, settled),
    enabled: holds && execution !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (!holds || execution === null || !answer.data) return null;
  const { value, error, size_bytes } = answer.data;
  const shown = JSON.stringify(value) ?? "null";
  return (
    <p className="tried" data-tried={error === null ? "value" : "error"}>
      <span className="dim">{t("form.tried", { number: execution.number })}</span>
      {error !== null ? (
        <span className="tried-error">{error}</span>
      ) : value === null && size_bytes > 4 ? (
        <span>{t("form.large", { count: Math.ceil(size_bytes / 1024) })}</span>
      ) : (
        <code title={shown.slice(0, 2_000)}>{shown.length > MOST ? `${shown.slice(0, MOST)}…` : shown}</code>
      )}
    </p>
  );
}
