/** Who is compared with whom: status, version, time, and the inputs that differ. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { serverClock } from "../../api/clock";
import { Icon } from "../../components/Icon";
import { Status } from "../../components/StatusGlyph";
import { useNow } from "../../components/useNow";
import { Changes } from "../../difference/Changes";
import { jsonDiff } from "../../difference/jsonDiff";
import { FINAL } from "../../execution/events";
import { formatDuration, formatMoment } from "../../format/format";
import { ChooseOther } from "./ChooseOther";
import { type Compared, compareAddress, nameOf, namesOf, type SideRef } from "./sides";

interface Props {
  a: Compared;
  b: Compared;
  inputs: readonly string[];
}

export function Heads({ a, b, inputs }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const go = (left: SideRef, right: SideRef) => void navigate(compareAddress(left, right));
  const names = namesOf(a.view, b.view, t);
  return (
    <section className="panel" aria-label={t("compare.sides")}>
      <div className="compare-heads">
        <Head letter="A" side={a} other={b} onChange={(ref) => go(ref, b.ref)} />
        <button
          type="button"
          className="btn icon"
          aria-label={t("compare.swap")}
          title={t("compare.swap")}
          onClick={() => go(b.ref, a.ref)}
        >
          <Icon name="transform" size={18} />
        </button>
        <Head letter="B" side={b} other={a} onChange={(ref) => go(a.ref, ref)} />
      </div>
      <div className="compare-inputs">
        {a.view.workflowId !== b.view.workflowId && <p className="dim">{t("compare.otherWorkflow")}</p>}
        {inputs.length === 0 ? (
          <p className="dim">{t("compare.inputsSame")}</p>
        ) : (
          <details open={inputs.length <= 3}>
            <summary>
              {t("compare.inputs")} ({inputs.length})
            </summary>
            <Changes
              diff={jsonDiff(a.view.inputs, b.view.inputs)}
              label={t("compare.inputs")}
              left={names.a}
              right={names.b}
            />
          </details>
        )}
      </div>
    </section>
  );
}

interface HeadProps {
  letter: "A" | "B";
  side: Compared;
  other: Compared;
  onChange: (ref: SideRef) => void;
}

function Head({ letter, side, other, onChange }: HeadProps) {
  const { t } = useTranslation();
  const [choosing, setChoosing] = useState(false);
  const { view } = side;
  const open = !FINAL.has(view.status);
  const now = useNow(open, 500);
  const took = view.startedAt === null ? null : (view.endedAt ?? now) - view.startedAt;
  return (
    <div className="compare-head" data-side={letter.toLowerCase()} data-status={view.status}>
      <p className="compare-name">
        <b className="letter">{letter}</b>
        <Link to={`/executions/${view.id}`}>
          {view.workflowName} {nameOf(view, t)}
        </Link>
        <span className="chip outline">v{view.workflowVersion}</span>
      </p>
      <dl>
        <div>
          <dt>{t("compare.statusLabel")}</dt>
          <dd>
            <Status status={view.status} />
          </dd>
        </div>
        <div>
          <dt>{t("compare.tookLabel")}</dt>
          <dd>{formatDuration(took, t)}</dd>
        </div>
        <div>
          <dt>{t("compare.queuedLabel")}</dt>
          <dd>{formatMoment(view.queuedAt, serverClock.now())} UTC</dd>
        </div>
      </dl>
      <p className="compare-foot">
        <button type="button" className="btn dense" onClick={() => setChoosing(true)}>
          {t("compare.change")}
        </button>
        {open && <span className="dim">{t("compare.live")}</span>}
      </p>
      <ChooseOther
        opened={choosing}
        view={other.view}
        onClose={() => setChoosing(false)}
        onChoose={(ref) => {
          setChoosing(false);
          onChange(ref);
        }}
      />
    </div>
  );
}
