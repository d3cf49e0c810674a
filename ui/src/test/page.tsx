/** The whole page at an address, as the browser opens it, and the rules of accessibility over what it shows. */

import { render, screen, waitFor } from "@testing-library/react";
import userEvent, { PointerEventsCheckLevel } from "@testing-library/user-event";
import axe from "axe-core";
import { createMemoryRouter } from "react-router";
import { RouterProvider } from "react-router/dom";
import { expect } from "vitest";
import { newQueryClient, Providers, routes } from "../app";

export function openPage(path: string) {
  const client = newQueryClient();
  client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, retryDelay: 0 } });
  const router = createMemoryRouter(routes, { initialEntries: [path] });
  render(
    <Providers client={client}>
      <RouterProvider router={router} />
    </Providers>,
  );
  // Without style sheets no element refuses the pointer by one; keys come without pauses.
  const user = userEvent.setup({ delay: null, pointerEventsCheck: PointerEventsCheckLevel.Never });
  return { user, router, address: () => router.state.location.pathname };
}

/** No rule of axe is broken. Contrast needs pixels and is checked in the browser's tests. */
export async function expectAccessible(): Promise<void> {
  const { violations } = await axe.run(document.documentElement, {
    rules: { "color-contrast": { enabled: false } },
    resultTypes: ["violations"],
    iframes: false, // a report is its author's document
  });
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n  ")}`);
  expect(told).toEqual([]);
}

/** The dialog that is open, once it has the name that its title gives it a moment after it has appeared. */
export async function dialog(): Promise<HTMLElement> {
  return screen.findByRole("dialog", { name: /./ });
}

/** What the page says in its one alert. */
export async function alertText(): Promise<string> {
  return (await screen.findByRole("alert")).textContent ?? "";
}

export { screen, waitFor };
