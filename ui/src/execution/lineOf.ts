/** The line of the log that an address names: `#line-128`. */
export function lineOf(hash: string): number | null {
  const line = /^#line-([1-9]\d{0,8})$/.exec(hash)?.[1];
  return line ? Number(line) : null;
}
