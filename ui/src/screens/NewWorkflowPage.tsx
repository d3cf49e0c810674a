import { useState } from "react";
import { useLocation } from "react-router";
import { setField } from "../editing/document/nodes";
import type { ImportedFile } from "../editing/files";
import { EMPTY } from "../editing/template";
import type { Beginning } from "../editing/useWorkbench";
import { Workbench } from "../editing/Workbench";

/** How an address can lead here: with a file, or with what was chosen to begin from. */
export interface Arrival {
  imported?: ImportedFile;
  /** null is the empty canvas. */
  template?: { name: string; text: string } | null;
  /** The page has been here before: by a reload, or by the browser's Back. */
  seen?: boolean;
}

export default function NewWorkflowPage() {
  const { state } = useLocation() as { state: Arrival | null };
  const [beginning] = useState(() => {
    const { imported = null, template, seen = false } = state ?? {};
    // A reload must neither import again nor begin again over what was changed since: the browser keeps the state of
    // an address.
    const kept = template === undefined ? null : { template, seen: true };
    if (state) window.history.replaceState({ ...window.history.state, usr: kept }, "");
    return { arrived: imported, begin: template === undefined ? null : begun(template, !seen) };
  });
  return <Workbench workflow={null} {...beginning} />;
}

/** A name of its own: another workflow may be run by the name of the template. */
function begun(template: Arrival["template"], fresh: boolean): Beginning["begin"] {
  const name = template ? `my-${template.name}` : "new-workflow";
  return { name: `${name}.yaml`, text: template ? setField(template.text, "/name", name) : EMPTY, fresh };
}
