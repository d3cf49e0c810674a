/** A small graph to look at: nothing moves and nothing is chosen, so no library is needed to draw it. */

import { useTranslation } from "react-i18next";
import type { Definition } from "../api/types";
import { Icon, kindIcon } from "../components/Icon";
import { BOX, type Direction, fitted, type Layered } from "./layers";
import "./picture.css";

const MARGIN = 8;
interface Props {
  definition: Definition;
  /** Width to height of its place. */
  ratio?: number;
}

export function Picture({ definition, ratio = 1.5 }: Props) {
  const { t } = useTranslation();
  const { boxes, width, height, direction } = fitted(definition, ratio);
  const places = new Map(boxes.map((box) => [box.id, box]));
  const names = boxes.map(({ id }) => id).join(", ");
  return (
    <svg
      className="picture"
      viewBox={`${-MARGIN} ${-MARGIN} ${width + 2 * MARGIN} ${height + 2 * MARGIN}`}
      // Drawn smaller where there is less room, never larger than a graph one works with.
      style={{ maxWidth: width + 2 * MARGIN, maxHeight: height + 2 * MARGIN }}
      role="img"
      aria-label={t("start.picture", { names })}
    >
      {(definition.edges ?? []).map(({ from, to }) => {
        const [source, target] = [places.get(from), places.get(to)];
        return source && target ? <path key={`${from} ${to}`} d={curve(source, target, direction)} /> : null;
      })}
      {boxes.map((box) => (
        <Box key={box.id} {...box} />
      ))}
    </svg>
  );
}

function Box({ id, kind, x, y }: Layered) {
  return (
    <g transform={`translate(${x} ${y})`} data-step={id}>
      <rect width={BOX.width} height={BOX.height} rx="8" />
      <rect className="tile" x="10" y="8" width="22" height="22" rx="5" />
      <g transform="translate(14 12)">
        <Icon name={kindIcon(kind)} size={14} />
      </g>
      <text className="name" x="40" y="24">
        {id}
      </text>
      <text className="kind" x="10" y="49">
        {kind}
      </text>
    </g>
  );
}

function curve(source: Layered, target: Layered, direction: Direction): string {
  if (direction === "TB") {
    const [x, y] = [source.x + BOX.width / 2, source.y + BOX.height];
    const end = target.x + BOX.width / 2;
    const middle = (y + target.y) / 2;
    return `M${x} ${y}C${x} ${middle} ${end} ${middle} ${end} ${target.y}`;
  }
  const [x, y] = [source.x + BOX.width, source.y + BOX.height / 2];
  const end = target.y + BOX.height / 2;
  const middle = (x + target.x) / 2;
  return `M${x} ${y}C${middle} ${y} ${middle} ${end} ${target.x} ${end}`;
}
