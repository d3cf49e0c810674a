import { within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { changeLanguage } from "../../../i18n";
import { executionAnswer, serveExecution, stepAnswers } from "../../../test/answers";
import { history } from "../../../test/histories";
import { expectAccessible, openPage, screen, waitFor } from "../../../test/page";
import { setWidth } from "../../../test/screen";
import { answers, server } from "../../../test/server";

beforeEach(() => changeLanguage("en"));

const one = history("mapped");
const begun =
  one.events.findIndex(({ type, data }) => type === "execution.step_expanded" && data.path === "each") + 1;
const form = {
  type: "object",
  required: ["note"],
  properties: { note: { type: "string", title: "Note", default: "fine" } },
};
const APPROVAL = { kind: "approval", config: { form } };

interface Sent {
  path: string;
  body: unknown;
}

/** The map `each` with five items, of which some wait for a person until they are answered. */
function serve(reason: string, node: object, places: number[]) {
  const view = serveExecution(one, begun);
  const waiting = new Set(places.map((place) => `each[${place}]`));
  const sent: Sent[] = [];
  const { id } = view;
  const nodes = [{ id: "each", kind: "map", config: { items: "${inputs}", node } }];
  answers("/workflows/:id/versions/:n", { version: 1, definition: { nodes, edges: [] } });
  answers(`/executions/${id}`, () => ({ ...executionAnswer(one, view), waiting_paths: [...waiting] }));
  answers(`/executions/${id}/steps`, ({ url }) => {
    const asked = new URL(url).searchParams;
    if (!asked.has("of")) return { items: stepAnswers(view), position: view.position };
    const first = Number(asked.get("cursor") ?? -1) + 1;
    const all = [0, 1, 2, 3, 4].map((index) => {
      const path = `each[${index}]`;
      const [like] = stepAnswers({ ...view, steps: { [path]: { ...view.steps.each!, path, items: null } } });
      const how = waiting.has(path) ? { status: "waiting", reason } : { status: "completed", reason: null };
      return { ...like!, index, ...how, input: { message: `Send ${index}?` } };
    });
    const items = all.slice(first, first + Number(asked.get("limit")));
    return { items, next_cursor: null, position: view.position };
  });
  server.use(
    http.post(`*/api/v1/executions/${id}/steps/:path/answer`, async ({ params, request }) => {
      const path = String(params.path);
      sent.push({ path, body: await request.json() });
      waiting.delete(path);
      return HttpResponse.json({ position: 2 });
    }),
  );
  return { ...openPage(`/executions/${id}`), sent };
}

describe("items of a map that wait for a person", () => {
  it("are counted at the top, and answered one after another", async () => {
    const { user, sent } = serve("approval", APPROVAL, [3, 1]);
    expect(await screen.findByText("2 items of each wait for an answer")).toBeVisible();
    expect(document.title).toContain("each[1] waits");
    await user.click(screen.getByRole("button", { name: "Show and answer" }));
    const asking = within(await screen.findByRole("region", { name: "Waiting for an answer (2)" }));
    const card = within(await asking.findByRole("region", { name: "each[1] asks a person" }));
    expect(card.getByRole("heading", { name: "Send 1?" })).toBeVisible();
    expect(asking.getByRole("button", { name: /each\[3\].*Send 3\?/ })).toHaveAttribute(
      "aria-expanded",
      "false",
    );
    await expectAccessible();
    const note = card.getByRole("textbox", { name: /Note/ });
    await user.clear(note);
    await user.type(note, "go");
    await user.click(card.getByRole("button", { name: "Approve" }));
    await waitFor(() =>
      expect(sent).toEqual([{ path: "each[1]", body: { decision: "approved", output: { note: "go" } } }]),
    );
    const next = within(await screen.findByRole("region", { name: "each[3] asks a person" }));
    await waitFor(() => expect(screen.getByRole("button", { name: /each\[3\]/ })).toHaveFocus());
    expect(screen.getByText("1 item of each waits for an answer")).toBeVisible();
    await user.click(next.getByRole("button", { name: "Reject" }));
    await waitFor(() => expect(document.querySelector("[data-asking]")).toBeNull());
    expect(sent[1]).toEqual({ path: "each[3]", body: { decision: "rejected" } });
    await waitFor(() => expect(screen.queryByRole("region", { name: /Waiting for an answer/ })).toBeNull());
    expect(document.querySelector("[data-item='each[3]']")).toHaveAttribute("data-status", "completed");
  });

  it("whose worker was lost are asked about as a step is", async () => {
    const { user, sent } = serve("unknown_outcome", { kind: "http", config: { method: "POST" } }, [2]);
    await user.click(await screen.findByRole("button", { name: "Show and answer" }));
    const card = await screen.findByText("each[2]: nobody knows whether it took effect");
    const buttons = within(card.closest("section")!);
    await user.click(buttons.getByRole("button", { name: "It had no effect: run it again" }));
    await waitFor(() => expect(sent).toEqual([{ path: "each[2]", body: { decision: "run_again" } }]));
  });

  it("are found on a phone from the log too", async () => {
    setWidth(390);
    const { user } = serve("approval", APPROVAL, [0]);
    await user.click(await screen.findByRole("tab", { name: "Log" }));
    await user.click(await screen.findByRole("button", { name: "Show and answer" }));
    expect(await screen.findByRole("region", { name: "each[0] asks a person" })).toBeVisible();
  });

  it("are not those that wait for a time or another execution", async () => {
    serve("timer", { kind: "wait", config: { seconds: 60 } }, [0, 1]);
    expect(await screen.findByText("no estimate yet")).toBeVisible();
    expect(document.querySelector("[data-asking]")).toBeNull();
  });
});
