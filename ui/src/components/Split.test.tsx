import { fireEvent, render } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { screen } from "../test/page";
import { Split } from "./Split";

const drawn = () =>
  render(<Split name="test" first={57} className="both" left={<p>left</p>} right={<p>right</p>} />);
const line = () => screen.getByRole("separator", { name: "Width of the two sides" });
const share = () => line().getAttribute("aria-valuenow");

it("the line between the sides is moved by keys, within its ends", () => {
  drawn();
  expect(share()).toBe("57");
  fireEvent.keyDown(line(), { key: "ArrowLeft" });
  expect(share()).toBe("55");
  fireEvent.keyDown(line(), { key: "End" });
  fireEvent.keyDown(line(), { key: "ArrowRight" });
  expect(share()).toBe("75");
  fireEvent.keyDown(line(), { key: "Home" });
  expect(share()).toBe("35");
  fireEvent.keyDown(line(), { key: "a" });
  expect(share()).toBe("35");
  fireEvent.doubleClick(line());
  expect(share()).toBe("57");
});

it("it follows the hand that holds it, and nobody else's", () => {
  drawn();
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue({
    left: 100,
    width: 1000,
  } as DOMRect);
  const held = new Set<number>();
  line().setPointerCapture = (id) => void held.add(id);
  line().hasPointerCapture = (id) => held.has(id);
  fireEvent.pointerMove(line(), { pointerId: 1, clientX: 500 });
  expect(share()).toBe("57");
  fireEvent.pointerDown(line(), { pointerId: 1, clientX: 670 });
  fireEvent.pointerMove(line(), { pointerId: 1, clientX: 500 });
  expect(share()).toBe("40");
});

it("it is where it was left when the page is opened again", () => {
  drawn().unmount();
  localStorage.setItem("runwright.split.test", "62");
  drawn();
  expect(share()).toBe("62");
});

it("without storage it begins in its first place", () => {
  vi.spyOn(Storage.prototype, "getItem").mockImplementation(() => {
    throw new Error("off");
  });
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new Error("off");
  });
  drawn();
  fireEvent.keyDown(line(), { key: "ArrowRight" });
  expect(share()).toBe("59");
});
