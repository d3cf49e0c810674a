import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import type { JsonSchema } from "../api/types";
import { changeLanguage } from "../i18n";
import { lastRun, page, serveVersion, WORKFLOW, workflowItem } from "../test/answers";
import { dialog, expectAccessible, openPage, screen, waitFor } from "../test/page";
import { accepts, answers, problem, refuses, server } from "../test/server";

const SCHEMA: JsonSchema = {
  required: ["city"],
  properties: {
    city: { type: "string", title: "City", minLength: 2, description: "Where it was measured" },
    year: { type: "integer", title: "Year", minimum: 1900, maximum: 2030, default: 2025 },
    unit: { title: "Unit", enum: ["C", "F"], default: "C" },
    detailed: { type: "boolean", title: "Detailed" },
    extra: { type: "object" },
  },
};
const EXECUTE = `/workflows/${WORKFLOW}/execute`;
const accepted = { execution_id: "e-1", number: 7, status: "queued", position: 5 };

beforeEach(() => {
  answers("/workflows", page([workflowItem({ last_runs: [lastRun(1)] })]));
  // The page that opens after a run is not what these tests are about.
  refuses("get", "/executions/e-1", problem("execution_not_found", { status: 404, category: "not_found" }));
});

async function open(schema: JsonSchema | undefined = SCHEMA) {
  serveVersion(schema);
  const opened = openPage("/workflows");
  await opened.user.click(await screen.findByRole("button", { name: /Run weather-report/ }));
  await dialog();
  return opened;
}

const start = () => screen.getByRole("button", { name: /Run it|Starting/ });

describe("the form of a run", () => {
  it("has a field for each input, filled with its default, and no broken rule of accessibility", async () => {
    await open();
    expect(screen.getByLabelText(/City/)).toHaveValue("");
    expect(screen.getByLabelText(/City/)).toHaveAccessibleDescription("Where it was measured");
    expect(screen.getByLabelText(/City/)).toBeRequired();
    expect(screen.getByLabelText(/Year/)).toHaveValue("2025");
    expect(screen.getByLabelText(/Unit/)).toHaveDisplayValue("C");
    expect(screen.getByRole("switch", { name: "Detailed" })).not.toBeChecked();
    expect(screen.getByLabelText(/extra/)).toHaveValue("");
    await expectAccessible();
  });

  it("sends what was chosen, each value as its type, and goes to the execution", async () => {
    const came = accepts(EXECUTE, accepted, 202);
    const { user, address } = await open();
    await user.type(screen.getByLabelText(/City/), "Seattle");
    await user.clear(screen.getByLabelText(/Year/));
    await user.type(screen.getByLabelText(/Year/), "2024");
    await user.selectOptions(screen.getByLabelText(/Unit/), "F");
    await user.click(screen.getByRole("switch", { name: "Detailed" }));
    await user.type(screen.getByLabelText(/extra/), '{{"a": 1}');
    await user.click(start());
    await waitFor(() => expect(address()).toBe("/executions/e-1"));
    expect(came.map(({ body }) => body)).toEqual([
      { inputs: { city: "Seattle", year: 2024, unit: "F", detailed: true, extra: { a: 1 } } },
    ]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("of a workflow without inputs says so and runs", async () => {
    const came = accepts(EXECUTE, accepted, 202);
    const { user, address } = await open({});
    expect(screen.getByText("This workflow takes no input.")).toBeVisible();
    await user.click(start());
    await waitFor(() => expect(address()).toBe("/executions/e-1"));
    expect(came[0]!.body).toEqual({ inputs: {} });
  });

  it("can be closed without running anything", async () => {
    const came = accepts(EXECUTE, accepted, 202);
    const { user } = await open();
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(came).toEqual([]);
  });
});

describe("what is wrong stands at its field", () => {
  it.each([
    ["City", "", "This field is needed."],
    ["City", "S", "At least 2 characters."],
    ["Year", "soon", "A number is needed."],
    ["Year", "2024.5", "A whole number is needed."],
    ["Year", "1850", "At least 1900."],
    ["Year", "2031", "At most 2030."],
    ["extra", "[1,", "This is not JSON yet."],
  ])("%s as %j: %s", async (label, text, message) => {
    const came = accepts(EXECUTE, accepted, 202);
    const { user } = await open();
    const field = () => screen.getByLabelText(new RegExp(label));
    if (label !== "City") await user.type(screen.getByLabelText(/City/), "Seattle");
    await user.clear(field());
    if (text) await user.type(field(), text.replaceAll("[", "[["));
    await user.click(start());
    expect(field()).toBeInvalid();
    expect(field()).toHaveAccessibleDescription(expect.stringContaining(message));
    expect(came).toEqual([]);
    await user.type(field(), "0");
    expect(field(), "typing on takes the mark away").toBeValid();
  });

  it("in Chinese too, with the workflow's own Chinese words where it has them", async () => {
    changeLanguage("zh-CN");
    const year = {
      ...SCHEMA.properties!.year!,
      "x-i18n": { "zh-CN": { title: "年份", description: "四位数" } },
    };
    serveVersion({ ...SCHEMA, properties: { ...SCHEMA.properties, year } });
    const { user } = openPage("/workflows");
    await user.click(await screen.findByRole("button", { name: /运行 weather-report/ }));
    await dialog();
    expect(screen.getByLabelText(/年份/)).toHaveAccessibleDescription("四位数");
    await user.click(screen.getByRole("button", { name: /^运行\s*Ctrl/ }));
    expect(screen.getByLabelText(/City/)).toHaveAccessibleDescription(
      expect.stringContaining("这一项必须填写。"),
    );
  });

  it("and what the server finds wrong stands there as well", async () => {
    const wrong = {
      node: null,
      pointer: "/inputs/city",
      code: "unknown_city",
      message: "Nobody measured there.",
      advice: "",
    };
    refuses(
      "post",
      EXECUTE,
      problem("inputs_invalid", { status: 422, category: "validation", errors: [wrong] }),
    );
    const { user } = await open();
    await user.type(screen.getByLabelText(/City/), "Nowhere");
    await user.click(start());
    expect(await screen.findByRole("alert")).toHaveTextContent("the input does not fit");
    expect(screen.getByLabelText(/City/)).toHaveAccessibleDescription(
      expect.stringContaining("Nobody measured there."),
    );
    await expectAccessible();
    await user.type(screen.getByLabelText(/City/), "x");
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("one press is one run", () => {
  it("Ctrl and Enter run it from any field", async () => {
    const came = accepts(EXECUTE, accepted, 202);
    const { user, address } = await open();
    await user.type(screen.getByLabelText(/City/), "Seattle{Control>}{Enter}{/Control}");
    await waitFor(() => expect(address()).toBe("/executions/e-1"));
    expect(came).toHaveLength(1);
  });

  it("a double click runs it once", async () => {
    const came = accepts(EXECUTE, accepted, 202);
    const { user, address } = await open();
    await user.type(screen.getByLabelText(/City/), "Seattle");
    await user.dblClick(start());
    await waitFor(() => expect(address()).toBe("/executions/e-1"));
    expect(came).toHaveLength(1);
  });

  it("a press after a lost answer repeats the same run, another input is another", async () => {
    const keys: (string | null)[] = [];
    server.use(
      http.post(`*/api/v1${EXECUTE}`, ({ request }) => {
        keys.push(request.headers.get("Idempotency-Key"));
        return HttpResponse.error();
      }),
    );
    const { user } = await open();
    await user.type(screen.getByLabelText(/City/), "Seattle");
    await user.click(start());
    expect(await screen.findByRole("alert")).toHaveTextContent("the server does not answer");
    await user.click(start());
    await waitFor(() => expect(keys).toHaveLength(2));
    await screen.findByRole("alert");
    await user.type(screen.getByLabelText(/City/), " and Portland");
    await user.click(start());
    await waitFor(() => expect(keys).toHaveLength(3));
    expect(keys[0]).toBeTruthy();
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });
});
