import { HttpResponse, http } from "msw";
import { describe, expect, it, vi } from "vitest";
import { page } from "../test/answers";
import { accepts, answers, problem, refuses, server, unreachable } from "../test/server";
import { api, artifactUrl, Refused } from "./client";
import { ServerClock, serverClock } from "./clock";

async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => new Error("it was not refused"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Refused);
  return (error as Refused).problem;
}

describe("a call", () => {
  it("sends each question as the server reads it", async () => {
    const asked: string[] = [];
    const remember = (request: Request) => {
      const { pathname, search } = new URL(request.url);
      asked.push(pathname.replace("/api/v1", "") + search);
      return page([]);
    };
    for (const path of ["/workflows", "/executions", "/executions/:id/logs", "/executions/:id/events"]) {
      answers(path, remember);
    }
    await api.workflows();
    await api.workflows("rain & sun");
    await api.executions({ status: ["queued", "running"], limit: 50, cursor: 7 });
    await api.logs("e", { before: 9, level: "error", step: "a", q: "x", limit: 3 });
    await api.events("e", 12, 500);
    expect(asked).toEqual([
      "/workflows",
      "/workflows?q=rain%20%26%20sun",
      "/executions?status=queued&status=running&limit=50&cursor=7",
      "/executions/e/logs?before=9&level=error&step=a&q=x&limit=3",
      "/executions/e/events?after=12&limit=500",
    ]);
  });

  it("that runs a workflow carries the key that makes it one run", async () => {
    const came = accepts(
      "/workflows/w/execute",
      { execution_id: "e", number: 1, status: "queued", position: 1 },
      202,
    );
    expect(await api.execute("w", { n: 1 }, "key-1")).toMatchObject({ execution_id: "e" });
    expect(came[0]!.body).toEqual({ inputs: { n: 1 } });
    expect(came[0]!.headers.get("Idempotency-Key")).toBe("key-1");
  });

  it("that answers a step leaves the output out where none was given", async () => {
    const came = accepts("/executions/e/steps/:path/answer", { position: 1 });
    await api.answer("e", "a/b", "completed", null);
    await api.answer("e", "a/b", "failed");
    expect(came.map(({ body }) => body)).toEqual([
      { decision: "completed", output: null },
      { decision: "failed" },
    ]);
  });

  it("that is refused throws what the server said", async () => {
    refuses("get", "/workflows/w", problem("workflow_not_found", { status: 404, category: "not_found" }));
    expect(await refusal(api.workflow("w"))).toMatchObject({
      code: "workflow_not_found",
      request_id: "req-1",
    });
  });

  it("that finds no server says so, and may be tried again", async () => {
    unreachable("/workflows");
    expect(await refusal(api.workflows())).toMatchObject({ code: "network", status: 0, retryable: true });
  });

  it.each([
    [502, "network", "infrastructure"],
    [504, "network", "infrastructure"],
    [500, "http_500", "infrastructure"],
    [404, "http_404", "not_found"],
    [413, "http_413", "validation"],
  ])("answered %s by something in between is told as %s", async (status, code, category) => {
    server.use(http.get("*/api/v1/workflows", () => new HttpResponse("<h1>no</h1>", { status })));
    expect(await refusal(api.workflows())).toMatchObject({ code, category, status, errors: [] });
  });
});

it("an artifact has an address to look at and one to save", () => {
  expect(artifactUrl("e", "abc")).toBe("/api/v1/executions/e/artifacts/abc");
  expect(artifactUrl("e", "abc", true)).toBe("/api/v1/executions/e/artifacts/abc?download=true");
});

describe("the server's clock", () => {
  it("is learned from every answer", async () => {
    server.use(
      http.get("*/api/v1/workflows", () =>
        HttpResponse.json(page([]), { headers: { "X-Runwright-Time": "2030-01-01T00:00:00.250Z" } }),
      ),
    );
    await api.workflows();
    expect(Math.abs(serverClock.now() - Date.parse("2030-01-01T00:00:00.250Z"))).toBeLessThan(5_000);
  });

  it("is this machine's until a header says otherwise", () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const clock = new ServerClock();
    clock.learn(null);
    clock.learn("no time at all");
    expect(clock.now()).toBe(1_000_000);
    vi.useRealTimers();
  });

  it("takes a header to the second only for a clock that is wrong by more than its rounding", () => {
    vi.useFakeTimers({ now: Date.parse("2026-01-01T00:00:01.900Z") });
    const clock = new ServerClock();
    clock.learn("Thu, 01 Jan 2026 00:00:01 GMT");
    expect(clock.now()).toBe(Date.now());
    clock.learn("Thu, 01 Jan 2026 01:00:00 GMT");
    expect(clock.now()).toBe(Date.parse("2026-01-01T01:00:00Z"));
    vi.useRealTimers();
  });

  it("keeps the fine header's difference when a coarse one agrees with it", () => {
    vi.useFakeTimers({ now: Date.parse("2026-01-01T00:00:01.900Z") });
    const clock = new ServerClock();
    clock.learn("2026-01-01T00:00:02.400Z");
    clock.learn("Thu, 01 Jan 2026 00:00:02 GMT");
    expect(clock.now() - Date.now()).toBe(500);
    vi.useRealTimers();
  });
});
