import { useState } from "react";
import { useLocation } from "react-router";
import type { ImportedFile } from "../editing/files";
import { Workbench } from "../editing/Workbench";

export default function NewWorkflowPage() {
  const { state } = useLocation() as { state: { imported?: ImportedFile } | null };
  // A reload must not import again over what was changed since: the browser keeps the state of an address.
  const [arrived] = useState(() => {
    const imported = state?.imported ?? null;
    if (imported) window.history.replaceState({ ...window.history.state, usr: null }, "");
    return imported;
  });
  return <Workbench workflow={null} arrived={arrived} />;
}
