import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { type Trigger, triggersApi } from "../../api/triggers";
import { Icon } from "../../components/Icon";
import { RunError } from "../../components/RunDialog";
import { Remove } from "./Remove";

interface Props {
  item: Trigger;
  onSecret: (trigger: Trigger) => void;
}

/** Fire it now, pause or resume it, a new secret, remove it. */
export function RowActions({ item, onSecret }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [removing, setRemoving] = useState(false);
  const settled = () => queries.invalidateQueries({ queryKey: ["triggers"] });
  const steer = useMutation({
    mutationFn: (what: "pause" | "resume" | "secret") => triggersApi.steer(item.id, what),
    onSuccess: (answer) => answer.secret && onSecret(answer),
    onSettled: settled,
  });
  const fire = useMutation({
    mutationFn: () => triggersApi.fire(item.id),
    onSuccess: (started) => navigate(`/executions/${started.execution_id}`),
  });
  const { name } = item;
  return (
    <>
      {item.kind === "webhook" ? (
        <button
          type="button"
          className="btn icon"
          title={t("triggers.newSecret")}
          aria-label={t("triggers.newSecretOf", { name })}
          onClick={() => steer.mutate("secret")}
        >
          <Icon name="key" size={16} />
        </button>
      ) : (
        <button
          type="button"
          className="btn icon"
          title={t("triggers.fire")}
          aria-label={t("triggers.fireOf", { name })}
          disabled={fire.isPending}
          onClick={() => fire.mutate()}
        >
          <Icon name="play" size={16} />
        </button>
      )}
      <label className="switch" title={item.paused ? t("triggers.resume") : t("triggers.pause")}>
        <span className="sr">{t("triggers.onOf", { name })}</span>
        <input
          type="checkbox"
          role="switch"
          checked={!item.paused}
          disabled={steer.isPending}
          onChange={(event) => steer.mutate(event.target.checked ? "resume" : "pause")}
        />
      </label>
      <button
        type="button"
        className="btn icon"
        title={t("triggers.remove")}
        aria-label={t("triggers.removeOf", { name })}
        onClick={() => setRemoving(true)}
      >
        <Icon name="remove" size={16} />
      </button>
      <RunError error={steer.error ?? fire.error} />
      {removing && <Remove trigger={item} onClose={() => setRemoving(false)} />}
    </>
  );
}
