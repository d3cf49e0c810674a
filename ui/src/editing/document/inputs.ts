/** The inputs of a workflow put in, named, and taken out. Each function gives the text after. */

import { isMap, isPair, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { freeId } from "./nodes";
import { renameIn } from "./rename";
import { edited, mapOf, open } from "./text";

const NAME = /^[A-Za-z_]\w{0,62}$/;

/** Names that expressions can write without quotes. */
/** Of inputs that ask for nothing, what says nothing. */
const EMPTY = new Set(["type", "additionalProperties", "properties"]);

export const isInputName = (name: string): boolean => NAME.test(name);

export function addInput(text: string): { text: string; name: string } {
  const name = freeId("input", namesIn(text));
  const changed = edited(text, (document) => {
    if (!isMap(document.get("inputs", true))) {
      const root = document.contents as unknown as YAMLMap;
      const made = mapOf(document, { type: "object", additionalProperties: false });
      root.set(document.createNode("inputs"), made);
      // They are read before the steps that use them.
      const at = root.items.findIndex(({ key }) => String(key) === "nodes");
      if (at >= 0) root.items.splice(at, 0, root.items.pop()!);
    }
    if (!isMap(document.getIn(["inputs", "properties"], true)))
      document.setIn(["inputs", "properties"], mapOf(document, {}));
    document.setIn(["inputs", "properties", name], mapOf(document, { type: "string" }, true));
  });
  return { text: changed, name };
}

/** Expressions that read it follow. Unchanged where the new name is none, or another input's. */
export function renameInput(text: string, old: string, name: string): string {
  if (!isInputName(name) || namesIn(text).includes(name)) return text;
  return edited(text, (document) => {
    const properties = document.getIn(["inputs", "properties"], true);
    if (!isMap(properties)) return;
    for (const pair of properties.items) {
      if (isPair(pair) && isScalar(pair.key) && pair.key.value === old) pair.key.value = name;
    }
    const required = document.getIn(["inputs", "required"], true);
    if (isSeq(required))
      required.items.forEach((item, at) => {
        if (String(item) === old) required.set(at, name);
      });
    renameIn(document.contents as unknown as Node, new Map([[old, name]]), "inputs");
  });
}

export function removeInput(text: string, name: string): string {
  const without = setRequired(text, name, false);
  return edited(without, (document) => {
    document.deleteIn(["inputs", "properties", name]);
    const properties = document.getIn(["inputs", "properties"], true);
    const inputs = document.get("inputs", true);
    const says = isMap(inputs) && inputs.items.some(({ key }) => !EMPTY.has(String(key)));
    if (isMap(properties) && properties.items.length === 0 && !says) document.delete("inputs");
  });
}

export function setRequired(text: string, name: string, needed: boolean): string {
  return edited(text, (document) => {
    const required = document.getIn(["inputs", "required"], true);
    const names = isSeq(required) ? required.items.map(String) : [];
    if (needed === names.includes(name)) return;
    const next = needed ? [...names, name] : names.filter((other) => other !== name);
    if (next.length === 0) document.deleteIn(["inputs", "required"]);
    else document.setIn(["inputs", "required"], document.createNode(next, { flow: true }));
  });
}

function namesIn(text: string): string[] {
  const properties = open(text).getIn(["inputs", "properties"], true);
  return isMap(properties) ? properties.items.map(({ key }) => String(key)) : [];
}
