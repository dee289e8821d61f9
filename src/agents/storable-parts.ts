import { SurrogateJoiner, storable, storableJson } from "../domain/text.ts";
import type { ModelPart, OnPart, ToolCall } from "../models/contract.ts";

/** A model's call as it can be stored and passed to a tool: without NUL and half surrogate pairs, in names too. */
export const storableCall = ({ id, name, input }: ToolCall): ToolCall => ({
  id: storable(id),
  name: storable(name),
  // Nearly none needs mending: NUL and half a pair are escapes in JSON (ECMA-262, QuoteJSONString).
  input: (JSON.stringify(input) ?? "").includes("\\u") ? storableJson(input) : input,
});

/**
 * Returns a callback, around another, that passes each part on as it can be stored. A server may cut a surrogate pair
 * between two deltas: its first half waits for the second one. What the journal does for all that is emitted, this does
 * for parts that an agent reads itself.
 */
export const storableParts = (onPart: OnPart): OnPart => {
  const joiners = { text: new SurrogateJoiner(), reasoning: new SurrogateJoiner() };
  const rest = (type: "text" | "reasoning"): readonly ModelPart[] => deltaOf(type, joiners[type].flush());
  return (part) => {
    switch (part.type) {
      case "text":
      case "reasoning": {
        const before = rest(part.type === "text" ? "reasoning" : "text");
        return pushAll([...before, ...deltaOf(part.type, joiners[part.type].push(part.delta))], onPart);
      }
      case "tool_call":
        return pushAll([...rest("text"), ...rest("reasoning"), { type: part.type, ...storableCall(part) }], onPart);
      case "finish":
        return pushAll([...rest("text"), ...rest("reasoning"), part], onPart);
    }
  };
};

const deltaOf = (type: "text" | "reasoning", delta: string): readonly ModelPart[] =>
  delta === "" ? [] : [{ type, delta }];

/** Pushes parts one by one. A promise is awaited before the next part. */
const pushAll = ([first, ...others]: readonly ModelPart[], onPart: OnPart): Promise<void> | undefined => {
  if (first === undefined) return undefined;
  const wait = onPart(first);
  return wait === undefined ? pushAll(others, onPart) : wait.then(() => pushAll(others, onPart));
};
