import { fireEvent, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { VersionItem, WorkflowAnswer } from "../api/types";
import { lastRun, page, serveVersion, WORKFLOW, workflowAnswer, workflowItem } from "../test/answers";
import { serveEditor } from "../test/editor";
import { dialog, expectAccessible, openPage, screen, waitFor } from "../test/page";
import { setWidth } from "../test/screen";
import { accepts, answers, problem, refuses, server } from "../test/server";
import { MOST_BYTES } from "./files";

const PATH = `/workflows/${WORKFLOW}`;
const MINE = "name: weather-report\nnodes:\n  - {id: mine, kind: python}\n";
const mine = { name: "weather-report", nodes: [{ id: "mine", kind: "python" }] };
const theirs = { name: "weather-report", nodes: [{ id: "theirs", kind: "python" }] };

const file = (name: string, text: string) => new File([text], name);
const version = (number: number, more: Partial<VersionItem> = {}): VersionItem => ({
  version: number,
  problems_count: 0,
  ever_ready: true,
  saved_at: "2026-01-01T09:30:00Z",
  saved_by: "local:bo",
  ...more,
});

/** Saves of the workflow: each with the version it was based on. `answer` may refuse. */
function saves(answer: () => Response): { base: string | null; body: unknown }[] {
  const came: { base: string | null; body: unknown }[] = [];
  server.use(
    http.put(`*/api/v1${PATH}`, async ({ request }) => {
      came.push({ base: request.headers.get("If-Match"), body: await request.json() });
      return answer();
    }),
  );
  return came;
}

const stored = (more: Partial<WorkflowAnswer>) => () => HttpResponse.json(workflowAnswer(more));

async function open(more: Partial<WorkflowAnswer> = {}) {
  answers(PATH, workflowAnswer(more));
  const opened = openPage(PATH);
  await screen.findByRole("button", { name: "Run…" });
  return opened;
}

/** What an editor of text cannot be given in jsdom by keys comes as a file. */
async function write(text = MINE, name = "mine.yaml") {
  fireEvent.change(screen.getByLabelText("Put a file into the editor…"), {
    target: { files: [file(name, text)] },
  });
  await screen.findByText(new RegExp(`^${name} is in the editor`));
}

const save = (name = "Save as v2") => screen.findByRole("button", { name });
const unsaved = () => document.querySelector("[data-unsaved]");

beforeEach(() => {
  answers("/executions", page([]));
  answers("/workflows", page([workflowItem({ last_runs: [lastRun(1)] })]));
  answers(`${PATH}/versions`, { items: [version(2), version(1)], next_cursor: null });
  serveVersion();
  serveEditor();
});

describe("what is written", () => {
  it("is saved as the next version on the one it began from", async () => {
    const { user } = await open();
    const came = saves(stored({ latest_version: 2, definition: mine }));
    expect(await save()).toBeDisabled();
    await write();
    expect(unsaved()).toHaveTextContent("unsaved · kept in this browser");
    expect(screen.getByRole("button", { name: "Run…" })).toHaveAccessibleDescription(
      "Save or throw away your changes first: only a saved version runs",
    );
    await waitFor(async () => expect(await save()).toBeEnabled());
    answers(PATH, workflowAnswer({ latest_version: 2, definition: mine }));
    await user.click(await save());
    expect(await screen.findByText("Saved as v2")).toBeVisible();
    expect(came).toEqual([{ base: '"1"', body: { definition: mine, name: "weather-report" } }]);
    expect(unsaved()).toBeNull();
    await expectAccessible();
  });

  it("is saved by its keys too", async () => {
    const { user } = await open();
    const came = saves(stored({ latest_version: 2, definition: mine }));
    await write();
    answers(PATH, workflowAnswer({ latest_version: 2, definition: mine }));
    await waitFor(async () => expect(await save()).toBeEnabled());
    await user.keyboard("{Control>}s{/Control}");
    await waitFor(() => expect(came).toHaveLength(1));
  });

  it("that cannot be saved yet says why", async () => {
    await open();
    await write("just words\n");
    expect(await screen.findByText("Begin with name and nodes, then it can be saved")).toBeVisible();
    expect(await save()).toBeDisabled();
    expect(await save()).toHaveAccessibleDescription(/Begin with name and nodes/);
  });

  it("when saving is refused it stays, and can be sent again", async () => {
    const { user } = await open();
    const details = problem("database_away", { status: 503, category: "infrastructure" });
    const came = saves(() => HttpResponse.json(details, { status: 503 }));
    await write();
    await waitFor(async () => expect(await save()).toBeEnabled());
    await user.click(await save());
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("Not saved: A part of the service is unreachable");
    expect(alert).toHaveTextContent("What you wrote is still here, and kept in this browser.");
    await user.click(within(alert).getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(came).toHaveLength(2));
  });

  it("comes back after the page was closed, and can be thrown away", async () => {
    localStorage.setItem(
      `runwright.draft.${WORKFLOW}`,
      JSON.stringify({ text: MINE, base: 1, at: "2026-01-01T08:00:00Z" }),
    );
    const { user } = await open();
    expect(screen.getByText(/^Your unsaved changes of .*08:00:00 UTC are back/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Throw them away" }));
    await waitFor(() => expect(unsaved()).toBeNull());
    expect(localStorage.getItem(`runwright.draft.${WORKFLOW}`)).toBeNull();
  });

  it("is asked about before it is left", async () => {
    const { user, address } = await open();
    await write();
    const away = () => user.click(within(screen.getByRole("main")).getByRole("link", { name: "Workflows" }));
    await away();
    await user.click(within(await dialog()).getByRole("button", { name: "Stay" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(address()).toBe(PATH);
    await away();
    await user.click(within(await dialog()).getByRole("button", { name: "Leave" }));
    await waitFor(() => expect(address()).toBe("/workflows"));
    // Kept when the screen goes, which React tells its effects a moment after the address has changed.
    await waitFor(() => expect(localStorage.getItem(`runwright.draft.${WORKFLOW}`)).toContain("mine"));
  });

  it("is not lost to another tab that was never written in", async () => {
    await open(); // this tab, opened before the other one wrote
    const draft = JSON.stringify({ text: MINE, base: 1, at: "2026-01-01T08:00:00Z" });
    localStorage.setItem(`runwright.draft.${WORKFLOW}`, draft);
    fireEvent(window, new Event("pagehide"));
    expect(localStorage.getItem(`runwright.draft.${WORKFLOW}`)).toBe(draft);
  });

  it("of another tab is not taken back to what this one had brought back", async () => {
    const key = `runwright.draft.${WORKFLOW}`;
    localStorage.setItem(key, JSON.stringify({ text: MINE, base: 1, at: "2026-01-01T08:00:00Z" }));
    await open();
    const newer = JSON.stringify({ text: `${MINE}# newer\n`, base: 1, at: "2026-01-01T08:05:00Z" });
    localStorage.setItem(key, newer);
    fireEvent(window, new Event("pagehide"));
    expect(localStorage.getItem(key)).toBe(newer);
  });

  it("can be thrown away on leaving", async () => {
    const { user, address } = await open();
    await write();
    await user.click(within(screen.getByRole("main")).getByRole("link", { name: "Workflows" }));
    await user.click(within(await dialog()).getByRole("button", { name: "Throw away and leave" }));
    await waitFor(() => expect(address()).toBe("/workflows"));
    expect(localStorage.getItem(`runwright.draft.${WORKFLOW}`)).toBeNull();
  });
});

describe("when somebody saved meanwhile", () => {
  const conflict = () =>
    HttpResponse.json(problem("version_conflict", { status: 409, category: "conflict" }), { status: 409 });

  async function meet() {
    const opened = await open();
    const came = saves(conflict);
    await write();
    await waitFor(async () => expect(await save()).toBeEnabled());
    answers(PATH, workflowAnswer({ latest_version: 2, definition: theirs }));
    await opened.user.click(await save());
    const alert = await screen.findByRole("alert");
    await within(alert).findByText("bo saved v2 meanwhile");
    return { ...opened, came, alert: within(alert) };
  }

  it("both texts are shown, line by line", async () => {
    const { user, alert } = await meet();
    await user.click(alert.getByRole("button", { name: "See both" }));
    const diff = within(await dialog()).getByRole("region", { name: "Only in v2 / Only in yours" });
    const side = (name: string) =>
      [...diff.querySelectorAll(`li.${name} code`)].map((line) => line.textContent).join("\n");
    expect(side("left")).toContain("theirs");
    expect(side("right")).toContain("mine");
    await expectAccessible();
  });

  it("mine is kept on top of theirs", async () => {
    const { user, alert, came } = await meet();
    server.use(
      http.put(`*/api/v1${PATH}`, async ({ request }) => {
        came.push({ base: request.headers.get("If-Match"), body: await request.json() });
        return HttpResponse.json(workflowAnswer({ latest_version: 3, definition: mine }));
      }),
    );
    answers(PATH, workflowAnswer({ latest_version: 3, definition: mine }));
    await user.click(alert.getByRole("button", { name: "Keep mine as v3 on top" }));
    expect(await screen.findByText("Saved as v3")).toBeVisible();
    expect(came.map(({ base }) => base)).toEqual(['"1"', '"2"']);
  });

  it("theirs is taken", async () => {
    const { user, alert } = await meet();
    await user.click(alert.getByRole("button", { name: "Load theirs" }));
    await waitFor(() => expect(unsaved()).toBeNull());
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("a save whose answer was lost is no conflict with oneself", async () => {
    const { user } = await open();
    saves(conflict);
    await write();
    await waitFor(async () => expect(await save()).toBeEnabled());
    answers(PATH, workflowAnswer({ latest_version: 2, definition: mine }));
    await user.click(await save());
    expect(await screen.findByText("Saved as v2")).toBeVisible();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("a file", () => {
  const choose = (one: File) =>
    fireEvent.change(screen.getByLabelText("Put a file into the editor…"), { target: { files: [one] } });

  it.each([
    [() => file("notes.txt", "a"), /Only files that end in/],
    [() => file("large.yaml", "a".repeat(MOST_BYTES + 1)), /Nothing of it was read/],
    [() => new File([new Uint8Array([0xff, 0xfe, 0x00])], "odd.yaml"), /not UTF-8 text/],
  ])("of the wrong form is refused with the reason (%#)", async (made, reason) => {
    const { user } = await open();
    choose(made());
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent(reason);
    await user.click(within(alert).getByRole("button", { name: "Close" }));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("of JSON, as the API gives it, is edited as YAML", async () => {
    await open();
    const came = saves(stored({ latest_version: 2, definition: mine }));
    await write(JSON.stringify({ name: "weather-report", definition: mine }), "mine.json");
    await waitFor(async () => expect(await save()).toBeEnabled());
    fireEvent.click(await save());
    await waitFor(() => expect(came[0]?.body).toEqual({ definition: mine, name: "weather-report" }));
  });

  it("is given out in both forms", async () => {
    const given: string[] = [];
    const texts: Promise<string>[] = [];
    URL.createObjectURL = (blob) => {
      texts.push((blob as Blob).text());
      return "blob:one";
    };
    URL.revokeObjectURL = () => {};
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      given.push(this.download);
    });
    const { user } = await open();
    await user.click(screen.getByRole("button", { name: /^Export as YAML/ }));
    await user.click(screen.getByRole("button", { name: /^Export as JSON/ }));
    expect(given).toEqual(["weather-report.yaml", "weather-report.json"]);
    const [yaml, json] = await Promise.all(texts);
    expect(yaml).toContain("name: weather-report");
    expect(JSON.parse(json!)).toMatchObject({ name: "weather-report" });
  });
});

describe("the life of a workflow", () => {
  it("is paused and resumed", async () => {
    const { user } = await open();
    accepts(`${PATH}/pause`, workflowAnswer({ status: "paused" }));
    answers(PATH, workflowAnswer({ status: "paused" }));
    await user.click(screen.getByRole("button", { name: /^Pause/ }));
    expect(await screen.findByText("It is paused. What runs already goes on to its end.")).toBeVisible();
    accepts(`${PATH}/resume`, workflowAnswer());
    answers(PATH, workflowAnswer());
    await user.click(screen.getByRole("button", { name: "Resume" }));
    await waitFor(() => expect(screen.getByRole("button", { name: "Run…" })).toBeEnabled());
  });

  it("ends in the archive only after a question; what is there can still be copied", async () => {
    const { user, address } = await open();
    const came = accepts(`${PATH}/archive`, workflowAnswer({ status: "archived" }));
    await user.click(screen.getByRole("button", { name: /^Archive…/ }));
    const question = within(await dialog());
    expect(question.getByText(/It can never be run or changed again/)).toBeVisible();
    expect(came).toHaveLength(0);
    answers(PATH, workflowAnswer({ status: "archived" }));
    await user.click(question.getByRole("button", { name: "Archive for good" }));
    const note = await screen.findByText("It is archived: to change it, make a copy.");
    expect(screen.queryByRole("button", { name: /^Save/ })).toBeNull();
    expect(screen.getByText(/^To read only/)).toBeVisible();
    expect(screen.queryByText(/Comments are lost/)).toBeNull();

    const copied = accepts(`${PATH}/duplicate`, workflowAnswer({ id: "copy", status: "draft" }));
    answers("/workflows/copy", workflowAnswer({ id: "copy", status: "draft" }));
    const strip = within(note.closest<HTMLElement>(".told-notice")!);
    await user.click(strip.getByRole("button", { name: "Duplicate" }));
    await waitFor(() => expect(address()).toBe("/workflows/copy"));
    expect(copied[0]?.body).toEqual({ name: "weather-report (copy)" });
  });

  it("what is refused is told", async () => {
    const { user } = await open();
    refuses("post", `${PATH}/pause`, problem("workflow_is_archived", { status: 409, category: "conflict" }));
    await user.click(screen.getByRole("button", { name: /^Pause/ }));
    expect(await screen.findByRole("alert")).toHaveTextContent(
      "This did not work: Not possible in this state",
    );
  });
});

describe("versions", () => {
  const old = { name: "weather-report", nodes: [{ id: "old", kind: "python" }] };

  async function choose(more: Partial<WorkflowAnswer> = {}) {
    answers(`${PATH}/versions/:n`, ({ url }) => {
      const number = Number(url.split("/").at(-1));
      return {
        ...version(number),
        definition: number === 1 ? old : workflowAnswer().definition,
        problems: [],
      };
    });
    const opened = await open({ latest_version: 2, ready_version: 2, ...more });
    await opened.user.click(screen.getByRole("button", { name: "Versions" }));
    const sheet = within(await dialog());
    await opened.user.click(await sheet.findByRole("button", { name: /^v1/ }));
    await sheet.findByRole("region", { name: "v1" });
    return { ...opened, sheet };
  }

  it("say who saved them and which one runs; each is there to read and to compare", async () => {
    const { user, sheet } = await choose();
    expect(sheet.getByRole("button", { name: /^v2/ })).toHaveTextContent(/runs now.*latest.*bo · .*UTC/);
    expect(sheet.getByRole("button", { name: /^v1/ })).toHaveTextContent("was ready");
    await user.click(sheet.getByRole("button", { name: "Against v2" }));
    expect(await sheet.findByText("step load")).toBeVisible();
    expect(sheet.getByRole("region", { name: "v1 → v2" })).toHaveTextContent(/load.*old/s);
    await user.click(sheet.getByRole("checkbox", { name: "line by line" }));
    const diff = sheet.getByRole("region", { name: "Only in v1 / Only in v2" });
    expect(diff).toHaveTextContent("old");
    expect(diff).toHaveTextContent("load");
  });

  it("an old one comes back as a new one on top", async () => {
    const { user, sheet } = await choose();
    const came = saves(stored({ latest_version: 3, definition: old }));
    answers(PATH, workflowAnswer({ latest_version: 3, definition: old }));
    await user.click(sheet.getByRole("button", { name: "Restore as v3" }));
    await waitFor(() =>
      expect(came).toEqual([{ base: '"2"', body: { definition: old, name: "weather-report" } }]),
    );
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("an old one can be the one that runs", async () => {
    const { user, sheet } = await choose();
    const came = accepts(`${PATH}/ready`, workflowAnswer({ latest_version: 2, ready_version: 1 }));
    answers(PATH, workflowAnswer({ latest_version: 2, ready_version: 1 }));
    await user.click(sheet.getByRole("button", { name: "Make v1 ready" }));
    await waitFor(() => expect(came.map(({ body }) => body)).toEqual([{ version: 1 }]));
  });
});

describe("a new workflow", () => {
  it("begins with a template that runs, is saved, and has an address from then on", async () => {
    const { user, address } = openPage("/workflows/new");
    const button = await save("Save as new workflow");
    await waitFor(() => expect(button).toBeEnabled());
    expect(screen.getByRole("button", { name: "Run…" })).toHaveAccessibleDescription(
      "Save it first: only a saved workflow runs",
    );
    const came = accepts("/workflows", workflowAnswer({ name: "new-workflow" }), 201);
    answers(PATH, workflowAnswer({ name: "new-workflow" }));
    await user.click(button);
    await waitFor(() => expect(address()).toBe(PATH));
    expect(came[0]?.body).toMatchObject({ name: "new-workflow", definition: { nodes: [{ id: "greet" }] } });
  });

  it("comes from a file that is dropped on the list of workflows", async () => {
    const { address } = openPage("/workflows");
    await screen.findByRole("link", { name: "weather-report" });
    const list = screen.getByRole("region", { name: "Workflows" });
    const dropped = { dataTransfer: { types: ["Files"], files: [file("mine.yaml", MINE)] } };
    fireEvent.dragOver(list, dropped);
    expect(screen.getByText("Drop a YAML or JSON file to make a workflow of it")).toBeVisible();
    fireEvent.drop(list, dropped);
    await waitFor(() => expect(address()).toBe("/workflows/new"));
    expect(await screen.findByText(/^mine.yaml is in the editor/)).toBeVisible();
  });

  it("a file that is none is refused where it was chosen", async () => {
    openPage("/workflows");
    await screen.findByRole("link", { name: "weather-report" });
    fireEvent.change(screen.getByLabelText("Import…"), { target: { files: [file("a.png", "x")] } });
    expect(await screen.findByRole("alert")).toHaveTextContent("a.png was not taken");
  });
});

it("on a phone text, graph and runs are tabs", async () => {
  setWidth(390);
  const { user } = await open();
  await user.click(screen.getByRole("tab", { name: "Runs" }));
  expect(screen.getByRole("tab", { name: "Runs" })).toHaveAttribute("aria-selected", "true");
  expect(await screen.findByText(/Press Run to see the first one here/)).toBeVisible();
});
