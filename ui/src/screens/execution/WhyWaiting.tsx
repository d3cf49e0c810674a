import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { WhyWaits } from "../../components/WhyWaits";

const QUEUED_MS = 2_000;
const RUNNING_MS = 4_000;

/** The place in the queue is no fact of the log: it is asked for while the execution waits. */
export function WhyQueued({ id }: { id: string }) {
  return <WhyWaits why={useWhy(id, QUEUED_MS).data ?? null} />;
}

/** Why steps of a running one wait although nothing before them does; nothing when none do. */
export function WhySteps({ id }: { id: string }) {
  const { data } = useWhy(id, RUNNING_MS);
  if (!data?.code.startsWith("steps_")) return null;
  return (
    <span className="dim why-steps">
      <WhyWaits why={data} />
    </span>
  );
}

function useWhy(id: string, everyMs: number) {
  return useQuery({
    queryKey: ["why-waiting", id, everyMs],
    queryFn: async () => (await api.execution(id)).why_waiting,
    refetchInterval: everyMs,
  });
}
