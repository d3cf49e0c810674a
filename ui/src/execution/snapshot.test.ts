import { expect, it } from "vitest";
import { api } from "../api/client";
import { serveExecution } from "../test/answers";
import { histories, history } from "../test/histories";
import { applyEvent } from "./applyEvent";
import { viewOfSnapshot } from "./snapshot";

async function read(id: string) {
  const execution = await api.execution(id);
  const steps = await api.steps(id);
  return viewOfSnapshot(execution, steps.items, steps.position);
}

it.each(histories.map((one) => [one.name, one] as const))(
  "a page that begins in the middle of %s ends where one that saw all of it ends",
  async (_, one) => {
    for (const count of [1, Math.floor(one.events.length / 2), one.events.length]) {
      const { id } = serveExecution(one, count);
      const view = one.events.reduce(applyEvent, await read(id));
      const { as_of: _then, ...expected } = one.view;
      expect(view).toMatchObject({
        status: expected.status,
        steps: expected.steps,
        events: expected.events,
        logLines: expected.log_lines,
        droppedLines: expected.dropped_lines,
        result: expected.result,
      });
    }
  },
);

it("of two answers the earlier position counts, so that nothing is left out", async () => {
  const one = history("completed");
  const { id } = serveExecution(one, 12);
  const execution = await api.execution(id);
  const steps = await api.steps(id);
  expect(viewOfSnapshot({ ...execution, position: 9 }, steps.items, 12).position).toBe(9);
  expect(viewOfSnapshot({ ...execution, position: 12 }, steps.items, 9).position).toBe(9);
});

it("a stop is known with its reason; its grace is not told", async () => {
  const { id } = serveExecution(history("stopped"));
  expect((await read(id)).stop).toEqual({
    by: "local:ada",
    reason: "enough seen",
    graceS: null,
    askedAt: null,
    unconfirmed: null,
  });
});
