import { useTranslation } from "react-i18next";
import { WhyWaits } from "../../components/WhyWaits";
import { formatRange } from "../../format/format";
import { useAsked } from "./useAsked";

/** The place in the queue is no fact of the log: it is asked for while the execution waits. */
export function WhyQueued({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data } = useAsked(id);
  const starts = data?.starts_in_ms;
  return (
    <>
      <WhyWaits why={data?.why_waiting ?? null} />
      {starts && ` ${t("execution.starts", { range: formatRange(starts.p50, starts.p90, t) })}`}
    </>
  );
}

/** Of a running one: how long it still takes, or why its steps wait although nothing before them does. */
export function Outlook({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data } = useAsked(id);
  const why = data?.why_waiting;
  const left = data?.progress.eta_ms;
  return (
    <span className="dim outlook">
      {why?.code.startsWith("steps_") ? (
        <WhyWaits why={why} />
      ) : left ? (
        t("execution.left", { range: formatRange(left.p50, left.p90, t) })
      ) : (
        data && t(data.progress.waits_for_person ? "execution.forPerson" : "execution.noEstimate")
      )}
    </span>
  );
}
