import { useEffect, useRef, useState } from "react";
import { api } from "../../../api/client";
import { saveFile } from "../../../components/hand";
import { type Progress, wholeLog } from "../../../log/asText";

/** The whole log as a file: a press begins it, a second one gives it up. */
export function useDownload(executionId: string, name: string) {
  const [progress, setProgress] = useState<Progress | null>(null);
  const [failed, setFailed] = useState(false);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const begin = async () => {
    const control = new AbortController();
    running.current = control;
    setFailed(false);
    setProgress({ done: 0, total: 0 });
    try {
      const read = (after: number, limit: number) => api.logs(executionId, { after, limit });
      const parts = await wholeLog(read, setProgress, control.signal);
      if (parts) saveFile(name, parts);
    } catch {
      setFailed(true);
    } finally {
      if (!control.signal.aborted) setProgress(null);
      running.current = null;
    }
  };
  const give = () => {
    running.current?.abort();
    setProgress(null);
  };
  return { progress, failed, press: () => (progress ? give() : void begin()) };
}
