/** Before every test file. Tests of pure modules say `@vitest-environment node` and need none of the browser. */

if (typeof document !== "undefined") await import("./browser");

export {};
