import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useCommands } from "../../commands/registry";
import { Icon } from "../../components/Icon";
import { lastWalk, neighbour } from "./walk";

/** From one run to the next of the list last seen, without going back to it. */
export function WalkButtons({ id }: { id: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const walk = lastWalk();
  const newer = neighbour(walk, id, -1);
  const older = neighbour(walk, id, 1);
  const go = (to: string | null) => {
    if (to !== null) void navigate(`/executions/${to}`, { replace: true }); // Back leads to the list
  };
  useCommands([
    newer === null ? null : { id: "keys.execution.newer", icon: "back", run: () => go(newer) },
    older === null ? null : { id: "keys.execution.older", icon: "next", run: () => go(older) },
  ]);
  if (newer === null && older === null) return null;
  return (
    <span className="walk hide-phone">
      <button
        type="button"
        className="btn icon dense"
        aria-label={t("list.previous")}
        title={`${t("list.previous")} · [`}
        disabled={newer === null}
        onClick={() => go(newer)}
      >
        <Icon name="back" size={14} />
      </button>
      <button
        type="button"
        className="btn icon dense"
        aria-label={t("list.next")}
        title={`${t("list.next")} · ]`}
        disabled={older === null}
        onClick={() => go(older)}
      >
        <Icon name="next" size={14} />
      </button>
    </span>
  );
}
