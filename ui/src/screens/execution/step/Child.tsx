import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../../api/client";
import { Icon } from "../../../components/Icon";
import { Status } from "../../../components/StatusGlyph";
import { FINAL } from "../../../execution/events";

const AGAIN_MS = 2_000;

/** The execution that a step runs or ran: which it is, how it stands, and the way there. */
export function Child({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ["child", id],
    queryFn: () => api.execution(id),
    refetchInterval: ({ state }) => (state.data && FINAL.has(state.data.status) ? false : AGAIN_MS),
  });
  return (
    <p className="child-execution">
      <Link className="btn" to={`/executions/${id}`}>
        <Icon name="executions" size={16} />
        {data ? `▸ ${data.workflow.name} #${data.number}` : t("execution.child")}
      </Link>
      {data && <Status status={data.status} />}
      {data && (
        <span className="dim">
          {t("execution.progress", { done: data.progress.done, total: data.progress.total })}
        </span>
      )}
    </p>
  );
}
