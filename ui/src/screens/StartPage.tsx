import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { serverClock } from "../api/clock";
import { Empty, ErrorNotice, Skeleton } from "../components/Notices";
import { PageTitle } from "../components/PageTitle";
import { SearchField } from "../components/SearchField";
import { found } from "../editing/canvas/search";
import { NEW, readDraft } from "../editing/drafts";
import { formatMoment } from "../format/format";
import type { Arrival } from "./NewWorkflowPage";
import { TemplateCard, Way } from "./start/Card";
import { Preview } from "./start/Preview";
import { type Told, useTemplates } from "./start/useTemplates";
import "./start/start.css";

/** How a new workflow begins: from nothing, from what was left unsaved, or from a template. */
export default function StartPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const templates = useTemplates();
  const [draft] = useState(() => readDraft(NEW));
  const [wanted, setWanted] = useState("");
  const [looked, setLooked] = useState<Told | null>(null);
  const begin = (state: Arrival | null) => void navigate("/workflows/new", { state });
  const shown = templates.items && found(wanted, templates.items, ({ words }) => words);
  return (
    <div className="page">
      <div className="topbar">
        <PageTitle text={t("importing.new")} />
        <nav className="crumbs" aria-label={t("workflows.title")}>
          <Link to="/workflows">{t("nav.workflows")}</Link>
          <span aria-hidden="true">/</span>
          <b>{t("importing.new")}</b>
        </nav>
        <span className="grow" />
        <SearchField label={t("template.search")} value={wanted} onChange={setWanted} />
      </div>
      <div className="start-page">
        {wanted === "" && (
          <ul className="template-grid">
            <Way
              title={t("template.empty")}
              text={t("template.emptyText")}
              icon="plus"
              onPress={() => begin({ template: null })}
            />
            {draft && (
              <Way
                title={t("template.draft")}
                text={t("template.draftText", { at: formatMoment(draft.at, serverClock.now()) })}
                icon="history"
                onPress={() => begin(null)}
              />
            )}
          </ul>
        )}
        <h2>{t("template.title")}</h2>
        {shown ? (
          <ul className="template-grid">
            {shown.map((template) => (
              <TemplateCard key={template.name} template={template} onPress={() => setLooked(template)} />
            ))}
          </ul>
        ) : templates.error ? (
          <ErrorNotice error={templates.error} onRetry={templates.again} />
        ) : (
          <Skeleton />
        )}
        {shown?.length === 0 && (
          <Empty title={t("template.none", { q: wanted })}>
            <button type="button" className="btn" onClick={() => setWanted("")}>
              {t("workflows.clear")}
            </button>
          </Empty>
        )}
      </div>
      <Preview
        template={looked}
        onClose={() => setLooked(null)}
        onBegin={({ name, text }) => begin({ template: { name, text } })}
      />
    </div>
  );
}
