/** The server's clock: elapsed times tick by it, whatever this machine's clock says. */

class ServerClock {
  private offsetMs = 0;

  /** Learn from a response's time header; a header to the second is used until a finer one comes. */
  learn(header: string | null): void {
    if (header === null) return;
    const at = Date.parse(header);
    if (Number.isNaN(at)) return;
    const fine = /^\d{4}-/.test(header);
    const offset = at - Date.now();
    // A header to the second is up to a second behind: only a larger difference says something new.
    if (fine || Math.abs(offset - this.offsetMs) > 2_000) this.offsetMs = offset;
  }

  now(): number {
    return Date.now() + this.offsetMs;
  }
}

export const serverClock = new ServerClock();
export { ServerClock };
