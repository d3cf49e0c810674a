import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { lastRun } from "../test/answers";
import { Sparkline } from "./Sparkline";

it("says in words what it draws, oldest first", () => {
  render(<Sparkline runs={[lastRun(3, "running"), lastRun(2, "failed"), lastRun(1)]} />);
  expect(screen.getByRole("img")).toHaveAccessibleName("#1 Completed, #2 Failed, #3 Running");
});

it("colours and crosses only what failed", () => {
  const { container } = render(<Sparkline runs={[lastRun(2, "failed"), lastRun(1)]} />);
  expect(container.querySelectorAll('rect[fill="var(--fail)"]')).toHaveLength(1);
  expect(container.querySelectorAll("path")).toHaveLength(1);
});

it("has room for the last sixteen", () => {
  const { container } = render(
    <Sparkline runs={Array.from({ length: 20 }, (_, index) => lastRun(20 - index))} />,
  );
  expect(container.querySelectorAll("rect")).toHaveLength(16);
  expect(screen.getByRole("img").getAttribute("aria-label")).toMatch(/^#5 .*#20 Completed$/);
});

it("says that nothing has run", () => {
  render(<Sparkline runs={[]} />);
  expect(screen.getByText("not run yet")).toBeVisible();
});
