import { Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Icon } from "./Icon";
import { useKeys } from "./useKeys";

/** Every key of the page by where it works; the words are `keys.<place>.<what>`. */
const SHEET = {
  everywhere: [
    ["sheet", ["?"]],
    ["workflows", ["g", "w"]],
    ["executions", ["g", "e"]],
    ["queue", ["g", "q"]],
    ["triggers", ["g", "t"]],
    ["send", ["Ctrl", "Enter"]],
    ["leave", ["Esc"]],
  ],
  list: [
    ["down", ["j"]],
    ["up", ["k"]],
    ["open", ["Enter"]],
    ["mark", ["x"]],
    ["stop", ["s"]],
    ["clear", ["Esc"]],
  ],
  execution: [
    ["newer", ["["]],
    ["older", ["]"]],
    ["step", ["↑", "↓"]],
    ["choose", ["Enter"]],
    ["find", ["/"]],
    ["pause", ["p"]],
    ["stop", ["s"]],
    ["retry", ["r"]],
  ],
  editor: [
    ["save", ["Ctrl", "S"]],
    ["complete", ["Ctrl", "Space"]],
    ["find", ["Ctrl", "F"]],
    ["undo", ["Ctrl", "Z"]],
    ["tab", ["Esc", "Tab"]],
  ],
  canvas: [
    ["add", ["/"]],
    ["step", ["↑", "↓", "←", "→"]],
    ["nudge", ["Shift", "↑"]],
    ["open", ["Enter"]],
    ["connect", ["c"]],
    ["remove", ["Del"]],
    ["duplicate", ["Ctrl", "D"]],
    ["copy", ["Ctrl", "C"]],
    ["paste", ["Ctrl", "V"]],
    ["group", ["Ctrl", "G"]],
    ["note", ["n"]],
    ["undo", ["Ctrl", "Z"]],
    ["redo", ["Ctrl", "Shift", "Z"]],
    ["all", ["Ctrl", "A"]],
    ["tidy", ["t"]],
    ["fit", ["f"]],
  ],
} as const;

const GO = { w: "/workflows", e: "/executions", q: "/queue", t: "/triggers" } as const;
/** How long `g` waits for the letter that says where to. Milliseconds. */
const CHORD = 1_500;

/** The `?` sheet with the button that opens it, and the keys that work everywhere. */
export function KeySheet() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [opened, setOpened] = useState(false);
  const [asked, setAsked] = useState(0);
  useKeys((key) => {
    const chord = Date.now() - asked < CHORD;
    setAsked(key === "g" ? Date.now() : 0);
    if (key === "?") setOpened(true);
    else if (chord && key in GO) void navigate(GO[key as keyof typeof GO]);
    else return key === "g";
    return true;
  });
  return (
    <>
      <button
        type="button"
        className="rail-item small hide-phone"
        aria-label={t("keys.title")}
        title={`${t("keys.title")} · ?`}
        onClick={() => setOpened(true)}
      >
        <Icon name="keyboard" />
      </button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title={t("keys.title")}
        closeButtonProps={{ "aria-label": t("common.close") }}
        size="xl"
        centered
      >
        <div className="key-sheet">
          {Object.entries(SHEET).map(([place, keys]) => (
            <section key={place} aria-label={t(`keys.${place}.title` as never)}>
              <h3>{t(`keys.${place}.title` as never)}</h3>
              <dl>
                {keys.map(([what, caps]) => (
                  <div key={what}>
                    <dt>{t(`keys.${place}.${what}` as never)}</dt>
                    <dd>
                      {caps.map((cap) => (
                        <kbd key={cap}>{cap}</kbd>
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </Modal>
    </>
  );
}
