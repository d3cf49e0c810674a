import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { render } from "@testing-library/react";
import { expect, it } from "vitest";
import { Mark } from "./Mark";

it("the mark in the page is that of the browser's tab", () => {
  const { container } = render(<Mark />);
  const icon = new DOMParser().parseFromString(
    readFileSync(resolve(process.cwd(), "public/favicon.svg"), "utf8"),
    "image/svg+xml",
  );
  const shapes = (root: ParentNode) =>
    [...root.querySelectorAll("rect, path, circle")].map((shape) =>
      Object.fromEntries([...shape.attributes].map(({ name, value }) => [name, value])),
    );
  expect(shapes(container)).toEqual(shapes(icon));
});
