import type { Difference } from "../compare/compare";
import type { NodeChange } from "../definitionDiff/definitionDiff";

/** What a box can say of two sides: of two runs, or of two versions. */
export type Shown = Difference | NodeChange["kind"];
