import type { EventBody } from "../domain/event.ts";
import { storable, storableJson } from "../domain/text.ts";
import { isTooDeep, MAX_JSON_DEPTH } from "../wire/json-depth.ts";
import { type Tool, type ToolCallContext, ToolError } from "./contract.ts";
import { inputMistake } from "./input-check.ts";

/** What the model receives from a call. An error's output is `{ error }` and says what to change. */
export interface ToolOutcome {
  readonly output: unknown;
  readonly isError: boolean;
}

const MAX_OUTPUT_CHARS = 20_000;
const MAX_ERROR_CHARS = 4_000;

/**
 * Calls a tool by name for a model and yields the tool's events. A bad call, a tool that cannot answer and a tool that
 * breaks are all outcomes for the model; unexpected errors go to `onUnexpected`. Throws only the signal's reason.
 */
export async function* callTool(
  tools: readonly Tool[],
  call: { readonly name: string; readonly input: unknown },
  context: ToolCallContext,
  onUnexpected: (error: unknown) => void,
): AsyncGenerator<EventBody, ToolOutcome, void> {
  context.signal.throwIfAborted();
  const tool = tools.find(({ name }) => name === call.name);
  const mistake = await callMistake(tools, call);
  if (mistake !== null || tool === undefined) return failed(mistake ?? "");
  try {
    const output = yield* tool.call(call.input, context);
    return bounded(output);
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    if (error instanceof ToolError) return failed(error.message);
    onUnexpected(error);
    return failed("The tool failed. Go on without it, or try another way.");
  }
}

/** Returns why a call cannot be made, for the model. Null: it can. */
export const callMistake = async (
  tools: readonly Tool[],
  call: { readonly name: string; readonly input: unknown },
): Promise<string | null> => {
  const tool = tools.find(({ name }) => name === call.name);
  if (tool !== undefined) return firstMistake(tool, call.input);
  return `There is no tool of that name; there are ${tools.map(({ name }) => name).join(", ") || "none"}.`;
};

export const failed = (message: string): ToolOutcome => ({
  output: { error: storable(message.slice(0, MAX_ERROR_CHARS)) },
  isError: true,
});

const firstMistake = async ({ input: schema, checksInput }: Tool, input: unknown): Promise<string | null> => {
  if (typeof input === "string") return "The arguments are not valid JSON; send one JSON object.";
  return checksInput ? null : await inputMistake(schema, input);
};

/** Makes an output storable: JSON, storable text, at most 20,000 characters. */
const bounded = (output: unknown): ToolOutcome => {
  const json = JSON.stringify(output ?? null);
  if (json.length > MAX_OUTPUT_CHARS)
    return failed(`The output is longer than ${MAX_OUTPUT_CHARS} characters; ask for less.`);
  if (isTooDeep(json))
    return failed(`The output is nested deeper than ${MAX_JSON_DEPTH} levels; ask for a part of it.`);
  return { output: storableJson(JSON.parse(json)), isError: false };
};
