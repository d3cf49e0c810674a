import type { KeyboardEvent, ReactNode } from "react";

interface Props<Name extends string> {
  names: readonly Name[];
  chosen: Name;
  onChoose: (name: Name) => void;
  word: (name: Name) => ReactNode;
  label: string;
  /** Ties each tab to its panel: `{id}-{name}` names the tab, `{id}-panel` what it shows. */
  id: string;
}

/** Tabs as the keyboard knows them: one stop, arrows walk. */
export function Tabs<Name extends string>({ names, chosen, onChoose, word, label, id }: Props<Name>) {
  const walk = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = names[(names.indexOf(chosen) + step + names.length) % names.length]!;
    onChoose(next);
    event.currentTarget.querySelector<HTMLElement>(`#${id}-${next}`)?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label={label} onKeyDown={walk}>
      {names.map((name) => (
        <button
          key={name}
          id={`${id}-${name}`}
          type="button"
          role="tab"
          aria-selected={chosen === name}
          aria-controls={chosen === name ? `${id}-panel` : undefined}
          tabIndex={chosen === name ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {word(name)}
        </button>
      ))}
    </div>
  );
}
