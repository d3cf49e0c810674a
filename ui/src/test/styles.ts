/**
 * The computed style of an element where no style sheet is loaded: its own style, and what elements are by themselves.
 * jsdom would match all rules of its default sheet against the element each time, which was most of the time of the
 * page's tests: accessible names and axe ask it for every element.
 */

const UNSEEN = new Set(["HEAD", "LINK", "META", "SCRIPT", "STYLE", "TEMPLATE", "TITLE"]);
const INLINE = new Set([
  ..."A ABBR B BDI BDO BR CITE CODE DATA DFN EM I IMG KBD LABEL MARK Q S SAMP SMALL SPAN STRONG SUB SUP TIME U VAR".split(
    " ",
  ),
  ..."path svg g rect text circle".split(" "),
]);
const INLINE_BLOCK = new Set(["BUTTON", "INPUT", "METER", "PROGRESS", "SELECT", "TEXTAREA"]);

function displayOf(element: HTMLElement): string {
  if (element.style?.display) return element.style.display;
  if (UNSEEN.has(element.tagName) || element.hasAttribute("hidden")) return "none";
  if (INLINE.has(element.tagName)) return "inline";
  return INLINE_BLOCK.has(element.tagName) ? "inline-block" : "block";
}

function visibilityOf(element: HTMLElement): string {
  for (let at: HTMLElement | null = element; at; at = at.parentElement) {
    if (at.style?.visibility) return at.style.visibility;
  }
  return "visible";
}

export function computedStyle(element: Element): CSSStyleDeclaration {
  const of = element as HTMLElement;
  const derived = (name: string) => {
    if (name === "display") return displayOf(of);
    return name === "visibility" ? visibilityOf(of) : undefined;
  };
  return new Proxy(of.style ?? document.documentElement.style, {
    get(own, name) {
      if (name === "getPropertyValue")
        return (asked: string) => derived(asked) ?? own.getPropertyValue(asked);
      const value =
        typeof name === "string" ? (derived(name) ?? Reflect.get(own, name)) : Reflect.get(own, name);
      return typeof value === "function" ? value.bind(own) : value;
    },
  });
}
