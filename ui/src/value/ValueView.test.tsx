import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, it, vi } from "vitest";
import { newQueryClient, Providers } from "../app";
import { expectAccessible } from "../test/page";
import { server } from "../test/server";
import { ArtifactView } from "./ArtifactView";
import { ValueView } from "./ValueView";

const show = (node: React.ReactNode) => {
  render(
    <Providers client={newQueryClient()}>
      <main>
        <title>Value</title>
        <h1>Value</h1>
        <h2>Part</h2>
        {node}
      </main>
    </Providers>,
  );
  return userEvent.setup({ delay: null });
};

it("a list of objects is a table, a tree, or raw text", async () => {
  const rows = Array.from({ length: 120 }, (_, n) => ({ n, name: `row ${n}` }));
  const user = show(<ValueView value={rows} label="Output" file="out" />);
  expect(screen.getAllByRole("columnheader").map((cell) => cell.textContent)).toEqual(["n", "name"]);
  expect(screen.getAllByRole("row")).toHaveLength(51);
  await user.click(screen.getByRole("button", { name: "70 more" }));
  expect(screen.getAllByRole("row")).toHaveLength(121);
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Tree" }));
  expect(screen.getByRole("treeitem", { name: /20 more/ })).toBeVisible();
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Raw" }));
  expect(screen.getByText(/The first 3\.9 KiB of/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Copy it" }));
  expect(JSON.parse(await navigator.clipboard.readText())).toEqual(rows);
});

it("a tree is walked, opened and closed by keys", async () => {
  const long = `${"word ".repeat(40)}end`;
  const user = show(<ValueView value={{ a: { b: 1 }, c: [true, null], long }} label="Output" file="out" />);
  const items = () => screen.getAllByRole("treeitem").map((item) => item.textContent);
  const open = ["▾3 fields", "▾a1 field", "b1", "▾clist of 2", "0true", "1null"];
  expect(items().slice(0, 6)).toEqual(open);
  await user.tab();
  while (document.activeElement?.getAttribute("role") !== "treeitem") await user.tab();
  await user.keyboard("{ArrowDown}{ArrowLeft}");
  expect(items().slice(0, 3)).toEqual(["▾3 fields", "▸a1 field", "▾clist of 2"]);
  await user.keyboard("{ArrowRight}{ArrowRight}");
  expect(document.activeElement).toHaveTextContent("b1");
  await user.keyboard("{ArrowLeft}{ArrowUp}{End}{Enter}");
  expect(document.activeElement).toHaveTextContent(long);
  await user.keyboard("{Home} ");
  expect(items()).toEqual(["▸3 fields"]);
});

it("a scalar is shown as it is, and can be saved", async () => {
  const saved: Blob[] = [];
  URL.createObjectURL = (blob) => `blob:${saved.push(blob as Blob)}`;
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
  const user = show(<ValueView value={42} label="Output" file="out" />);
  expect(screen.getByText("42")).toBeVisible();
  expect(screen.queryByRole("group")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Download it" }));
  expect(await saved[0]!.text()).toBe("42");
});

const file = (media_type: string, name: string | null, size_bytes = 100) => ({
  sha256: "a".repeat(64),
  size_bytes,
  media_type,
  name,
});
const content = (text: string) =>
  server.use(
    http.get("*/artifacts/*", () => new HttpResponse(text, { headers: { "Content-Type": "text/plain" } })),
  );

it("files are shown in place by their type", async () => {
  content("city,n\nOslo,1\n");
  show(<ArtifactView file={file("text/csv", "rows.csv")} executionId="e" />);
  expect(await screen.findByRole("cell", { name: "Oslo" })).toBeVisible();
  await expectAccessible();
});

it("rows with figures offer a chart beside the table, others do not", async () => {
  content("day,mm\n2025-01-01,1\n2025-01-02,2\n");
  show(<ArtifactView file={file("text/csv", "rain.csv")} executionId="e" />);
  expect(await screen.findByRole("button", { name: "Chart" })).toHaveAttribute("aria-pressed", "false");
  expect(screen.getByRole("cell", { name: "2025-01-02" })).toBeVisible();
  await expectAccessible();
  const names = () => screen.getAllByRole("group").at(-1)!.textContent;
  show(<ValueView value={[{ n: 2 }, { n: 1 }]} label="Output" file="out" />);
  expect(names()).toBe("TableChartTreeRaw");
  show(<ValueView value={[{ a: "x" }, { a: "y" }]} label="Output" file="out" />);
  expect(names()).toBe("TableTreeRaw");
});

it("Markdown has no HTML of its own and no picture from elsewhere", async () => {
  content(
    "# Title\n\n<script>alert(1)</script>\n\n**bold** [a](javascript:alert(1)) ![gone](https://example.com/x.png)\n\n|a|\n|-|\n|1|",
  );
  show(<ArtifactView file={file("text/markdown; charset=utf-8", "notes.md")} executionId="e" />);
  expect(await screen.findByRole("heading", { name: "Title" })).toBeVisible();
  const shown = document.querySelector<HTMLElement>(".markdown")!;
  expect(shown.querySelector("script, img")).toBeNull();
  expect(within(shown).getByText("a", { selector: "a" }).getAttribute("href")).toBe("");
  expect(within(shown).getByRole("cell")).toHaveTextContent("1");
});

it("an image, a report and text each have their place; HTML is shut off", async () => {
  content("just text");
  show(
    <>
      <ArtifactView file={file("image/png", "plot.png")} executionId="e" />
      <ArtifactView file={file("text/html", "report.html")} executionId="e" />
      <ArtifactView file={file("text/plain", "notes.txt")} executionId="e" />
      <ArtifactView file={file("application/zip", "all.zip")} executionId="e" />
    </>,
  );
  expect(screen.getByRole("img", { name: "plot.png" })).toBeVisible();
  expect(screen.getByTitle("report.html")).toHaveAttribute("sandbox", "allow-scripts");
  expect(await screen.findByText("just text")).toBeVisible();
  expect(screen.getAllByRole("button", { name: "Hide" })).toHaveLength(3);
  expect(screen.getAllByRole("link", { name: "Download" })).toHaveLength(4);
});

it("a large value is read at a press, the beginning of it where it is very large", async () => {
  let asked = 0;
  server.use(
    http.get("*/artifacts/*", () => {
      asked += 1;
      return new HttpResponse(`["${"x".repeat(2_000_000)}"]`);
    }),
  );
  const user = show(<ArtifactView file={file("application/json", null, 2_000_004)} executionId="e" />);
  expect(asked).toBe(0);
  await user.click(screen.getByRole("button", { name: "Show" }));
  expect(await screen.findByText(/The first 3\.9 KiB of 1\.9 MiB/)).toBeVisible();
  expect(document.querySelector("pre")!.textContent!.length).toBe(4_000);
  await user.click(screen.getByRole("button", { name: "Hide" }));
  expect(document.querySelector("pre")).toBeNull();
});

it("JSON in a file is a value, broken JSON the text it is, and what is gone says so", async () => {
  content('{"a": 1}');
  const user = show(<ArtifactView file={file("application/json", "a.json")} executionId="e" />);
  expect(await screen.findByRole("tree", { name: "a.json" })).toBeVisible();
  content("{broken");
  show(
    <ArtifactView file={{ ...file("application/json", "b.json"), sha256: "b".repeat(64) }} executionId="e" />,
  );
  expect(await screen.findByText("{broken")).toBeVisible();
  server.use(http.get("*/artifacts/*", () => new HttpResponse(null, { status: 404 })));
  show(<ArtifactView file={{ ...file("text/plain", "c.txt"), sha256: "c".repeat(64) }} executionId="e" />);
  expect(await screen.findByRole("alert")).toHaveTextContent("The server answered 404.");
  await user.click(screen.getByRole("button", { name: "Try again" }));
});
