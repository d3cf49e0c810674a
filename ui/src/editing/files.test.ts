import { expect, it, vi } from "vitest";
import { FileRefused, fileName, MOST_BYTES, readFile } from "./files";
import { asYaml } from "./useFile";

it("a file's text comes with its name", async () => {
  expect(await readFile(new File(["name: 天气"], "a.YAML"))).toEqual({ name: "a.YAML", text: "name: 天气" });
});

it.each([
  ["big.yaml", "too_large", () => new File([new Uint8Array(MOST_BYTES + 1)], "big.yaml")],
  ["a.txt", "wrong_type", () => new File(["a"], "a.txt")],
  ["b.json", "not_text", () => new File([new Uint8Array([0xff, 0xfe])], "b.json")],
])("%s is refused: %s", async (name, code, make) => {
  await expect(readFile(make())).rejects.toMatchObject({ code, file: name });
});

it("what is too large or of another type is not read at all", async () => {
  const file = new File([], "huge.yaml");
  Object.defineProperty(file, "size", { value: 20 * 1024 * 1024 });
  const read = vi.spyOn(file, "arrayBuffer");
  await expect(readFile(file)).rejects.toBeInstanceOf(FileRefused);
  expect(read).not.toHaveBeenCalled();
});

it("a file that went away is told", async () => {
  const file = new File(["a"], "a.yaml");
  vi.spyOn(file, "arrayBuffer").mockRejectedValue(new DOMException("gone", "NotFoundError"));
  await expect(readFile(file)).rejects.toMatchObject({ code: "unreadable" });
});

it("JSON is edited as YAML, the API's own form is unwrapped, broken text comes as it is", () => {
  expect(asYaml("a.json", '{"name": "a", "nodes": []}')).toBe("name: a\nnodes: []\n");
  expect(asYaml("a.json", '{"name": "a", "definition": {"nodes": []}}')).toBe("nodes: []\n");
  expect(asYaml("a.yaml", "name: a # why\n")).toBe("name: a # why\n");
  expect(asYaml("a.json", '{"name": ')).toBe('{"name": ');
});

it("any workflow's name makes a file's name", () => {
  expect(fileName('a/b:c"', "yaml")).toBe("a-b-c-.yaml");
  expect(fileName("", "json")).toBe("workflow.json");
});
