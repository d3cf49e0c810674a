import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { CapacityAnswer } from "../../api/types";
import { LimitsForm } from "./LimitsForm";
import { Moves } from "./Moves";

const AGAIN_MS = 2_000;

/** How much there is, how much of it is taken, how pressed the machine is, and how the limit has moved. */
export function Capacity() {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const { data } = useQuery({ queryKey: ["capacity"], queryFn: api.capacity, refetchInterval: AGAIN_MS });
  if (!data) return null;
  const how = data.pinned ? "pinned" : data.follows_load ? "follows" : "fixed";
  return (
    <section className="panel" aria-labelledby="capacity">
      <div className="panel-head">
        <h2 id="capacity">{t("queue.capacity")}</h2>
        <span className="dim">
          {t(`queue.how.${how}`, { limit: data.slots.limit, most: data.most_attempts })}
        </span>
        <span className="grow" />
        <button type="button" className="btn" onClick={() => setEditing(true)}>
          {t("queue.edit.open")}
        </button>
      </div>
      <div className="capacity">
        <Meters capacity={data} />
        <Moves moves={data.moves} now={data.slots.limit} most={data.most_attempts} />
      </div>
      <LimitsForm opened={editing} onClose={() => setEditing(false)} />
    </section>
  );
}

function Meters({ capacity }: { capacity: CapacityAnswer }) {
  const { t, i18n } = useTranslation();
  const amount = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const { memory_used: memory, cpu_others: others } = capacity.pressure;
  const taken = [
    ...capacity.resources.filter(({ limit, taken }) => limit || taken),
    ...capacity.kinds.filter(({ limit }) => limit !== null).map((kind) => ({ ...kind, kind: true })),
  ];
  return (
    <ul className="meters" aria-label={t("queue.capacity")}>
      <Meter name={t("queue.memoryUsed")} share={memory} full={memory >= 0.9} text={percent(memory)} />
      <Meter name={t("queue.cpuOthers")} share={others} full={others >= 0.5} text={percent(others)} />
      {taken.map(({ name, taken, limit, ...more }) => (
        <Meter
          key={name}
          name={
            "kind" in more
              ? t("queue.kind", { name })
              : t(`queue.meter.${name}` as never, { defaultValue: name })
          }
          share={limit ? taken / limit : 1}
          full={limit !== null && taken >= limit}
          text={`${amount.format(taken)} / ${limit === null ? "∞" : amount.format(limit)}`}
        />
      ))}
    </ul>
  );
}

interface MeterProps {
  name: string;
  share: number;
  full: boolean;
  text: string;
}

function Meter({ name, share, full, text }: MeterProps) {
  return (
    <li className="queue-limit">
      <b>{name}</b>
      <div className="parts" aria-hidden="true">
        <i className={full ? "work full" : "work"} style={{ transform: `scaleX(${Math.min(1, share)})` }} />
      </div>
      <span>{text}</span>
    </li>
  );
}
