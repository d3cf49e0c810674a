import { useTranslation } from "react-i18next";
import { Icon, type IconName, kindIcon } from "../../components/Icon";
import { Picture } from "../../graph/Picture";
import type { Told } from "./useTemplates";

interface WayProps {
  icon: IconName;
  title: string;
  text: string;
  onPress: () => void;
}

/** A way to begin without a template. */
export function Way({ icon, title, text, onPress }: WayProps) {
  return (
    <li>
      <button type="button" className="template-card way" onClick={onPress}>
        <Icon name={icon} size={24} />
        <span>
          <b>{title}</b>
          <span className="dim">{text}</span>
        </span>
      </button>
    </li>
  );
}

/** Width to height of a card's picture. */
const WIDE = 2.2;

export function TemplateCard({ template, onPress }: { template: Told; onPress: () => void }) {
  const { t } = useTranslation();
  const { title, sentence, definition, kinds, kindWords, off } = template;
  return (
    <li>
      <button type="button" className="template-card" aria-haspopup="dialog" onClick={onPress}>
        <span className="template-small" aria-hidden="true">
          <Picture definition={definition} ratio={WIDE} />
        </span>
        <b>{title}</b>
        <span className="dim">{sentence}</span>
        <span className="template-kinds">
          {kinds.map((kind) => (
            <span key={kind}>
              <Icon name={kindIcon(kind)} size={14} />
              {kindWords.get(kind)}
            </span>
          ))}
        </span>
        {off.length > 0 && <span className="chip retry">{t("template.notHere")}</span>}
      </button>
    </li>
  );
}
