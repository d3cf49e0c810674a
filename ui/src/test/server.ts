/** The server of the tests: what a test did not answer for fails that test. */

import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import type { ProblemDetails } from "../api/types";

export const server = setupServer();

const API = "*/api/v1";

/** Answer `GET /api/v1{path}` with this. */
export function answers(path: string, body: object | ((request: Request) => object)): void {
  server.use(
    http.get(`${API}${path}`, ({ request }) =>
      HttpResponse.json(typeof body === "function" ? body(request) : body),
    ),
  );
}

/** Answer `POST` (or `PUT`) `/api/v1{path}`; the bodies that came, with their headers. */
export function accepts(
  path: string,
  answer: object,
  status = 200,
  method: "post" | "put" = "post",
): { body: unknown; headers: Headers }[] {
  const came: { body: unknown; headers: Headers }[] = [];
  server.use(
    http[method](`${API}${path}`, async ({ request }) => {
      came.push({ body: await request.json(), headers: request.headers });
      return HttpResponse.json(answer, { status });
    }),
  );
  return came;
}

export function problem(code: string, more: Partial<ProblemDetails> = {}): ProblemDetails {
  return {
    type: "about:blank",
    title: code,
    status: 500,
    detail: `The server says ${code}.`,
    code,
    category: "internal",
    retryable: false,
    advice: "",
    errors: [],
    request_id: "req-1",
    ...more,
  };
}

/** Refuse every `method` on the path. */
export function refuses(method: "get" | "post" | "put", path: string, details: ProblemDetails): void {
  server.use(http[method](`${API}${path}`, () => HttpResponse.json(details, { status: details.status })));
}

/** The connection breaks. */
export function unreachable(path: string): void {
  server.use(http.get(`${API}${path}`, () => HttpResponse.error()));
}
