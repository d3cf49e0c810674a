/** The window's width as media queries see it. */

let width = 1440;
const listeners = new Set<() => void>();

export function setWidth(px: number): void {
  width = px;
  window.matchMedia = (query) => {
    const most = /max-width:\s*(\d+)/.exec(query)?.[1];
    const matches = most !== undefined && width <= Number(most);
    return {
      matches,
      media: query,
      onchange: null,
      addEventListener: (_: string, listener: () => void) => listeners.add(listener),
      removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
      addListener: () => {},
      removeListener: () => {},
      dispatchEvent: () => true,
    } as unknown as MediaQueryList;
  };
  for (const listener of listeners) listener();
}
