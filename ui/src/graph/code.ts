import { notLoaded } from "../api/problem";

/**
 * The graph's code: large, and not needed to read the rest of a page. It is asked for as an answer is: while the server
 * does not answer, again and again, and the rest of the page stays.
 */
export const GRAPH_CODE = {
  queryKey: ["code", "graph"],
  queryFn: () =>
    import("./Graph").catch((error: unknown) => {
      throw notLoaded(error);
    }),
  staleTime: Number.POSITIVE_INFINITY,
};
