import type { ArtifactRef, Json } from "../../../execution/events";
import { ArtifactView } from "../../../value/ArtifactView";
import { ValueView } from "../../../value/ValueView";

interface Props {
  value: Json;
  /** In place of the value where it was too large to stand in the log. */
  artifact: ArtifactRef | null;
  files?: readonly ArtifactRef[];
  executionId: string;
  label: string;
  file: string;
  none: string;
}

/** A value that a step was given or gave: inline, or as an artifact, and the files beside it. */
export function Payload({ value, artifact, files = [], executionId, label, file, none }: Props) {
  if (value === null && !artifact && files.length === 0) return <p className="dim">{none}</p>;
  return (
    <>
      {value !== null && <ValueView value={value} label={label} file={file} />}
      {[...(artifact ? [artifact] : []), ...files].map((one) => (
        <ArtifactView key={one.sha256} file={one} executionId={executionId} />
      ))}
    </>
  );
}
