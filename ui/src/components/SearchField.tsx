import { useRef } from "react";
import { Icon } from "./Icon";
import { useKeys } from "./useKeys";

/** The page's search; `/` leads into it. */
export function SearchField(props: { label: string; value: string; onChange: (value: string) => void }) {
  const { label, value, onChange } = props;
  const field = useRef<HTMLInputElement>(null);
  useKeys((key) => {
    if (key === "/") field.current?.focus();
    return key === "/";
  });
  return (
    <label className="search">
      <span className="sr">{label}</span>
      <Icon name="search" size={16} />
      <input
        ref={field}
        type="search"
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <i className="key hide-phone" aria-hidden="true">
        /
      </i>
    </label>
  );
}
