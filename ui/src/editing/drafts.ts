/** What was typed and not saved, kept in this browser for each workflow. Storage may be off or full: then it says so. */

export interface Draft {
  text: string;
  /** The version the text began from; 0 for a new workflow. */
  base: number;
  /** RFC 3339, UTC. */
  at: string;
}

export const NEW = "new";
const PREFIX = "runwright.draft.";

export function readDraft(key: string): Draft | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PREFIX + key) ?? "null");
    return isDraft(kept) ? kept : null;
  } catch {
    return null;
  }
}

/** Whether it is kept. */
export function keepDraft(key: string, draft: Draft): boolean {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(key: string): void {
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // nothing was kept then
  }
}

function isDraft(kept: unknown): kept is Draft {
  const draft = kept as Draft | null;
  return (
    typeof draft === "object" &&
    draft !== null &&
    typeof draft.text === "string" &&
    typeof draft.base === "number" &&
    typeof draft.at === "string"
  );
}
