import "@mantine/core/styles/baseline.css";
import "@mantine/core/styles/default-css-variables.css";
import "@mantine/core/styles/global.css";
import "@mantine/core/styles/ScrollArea.css";
import "@mantine/core/styles/UnstyledButton.css";
import "@mantine/core/styles/CloseButton.css";
import "@mantine/core/styles/Overlay.css";
import "@mantine/core/styles/Paper.css";
import "@mantine/core/styles/ModalBase.css";
import "@mantine/core/styles/Modal.css";
import "./theme/tokens.css";
import "./theme/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { loadWords, preferredLanguage, startI18n, wordsOf } from "./i18n";

/** After the first view, whose scripts come first. */
const OTHER_LANGUAGE_MS = 5_000;
const AGAIN_MS = 1_000;

async function start(): Promise<void> {
  const language = preferredLanguage();
  try {
    startI18n(language, { [language]: await wordsOf(language) });
  } catch {
    setTimeout(start, AGAIN_MS); // the server went away just now: without words there is nothing to show
    return;
  }
  setTimeout(() => void loadWords().catch(() => {}), OTHER_LANGUAGE_MS);
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

void start();
