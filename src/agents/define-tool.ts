import type { Static, TSchema } from "@sinclair/typebox";
import type { EventBody } from "../domain/event.ts";
import type { Tool, ToolCallContext } from "../tools/contract.ts";
import { EventQueue } from "../tools/event-queue.ts";

/** A JSON Schema as data, such as `{"type":"object","properties":{…}}`. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a tool may use in one call. */
export interface ToolUse extends ToolCallContext {
  /** Emits a `custom` event, such as the call's progress. `data` is JSON. */
  emit(name: string, data: unknown): void;
}

interface CommonTool {
  /** 1 to 64 letters, digits, `_` and `-`. */
  readonly name: string;
  /** Tells the model what the tool does and when to use it. */
  readonly description: string;
  /** False: a call whose outcome is unknown must not be made again. Defaults to true. */
  readonly repeat?: boolean;
}

export interface ToolDefinition<S extends TSchema> extends CommonTool {
  readonly input: S;
  /** Returns JSON for the model. A ToolError tells it what to change; anything else is logged, and it is told that the tool failed. */
  execute(input: Static<S>, context: ToolUse): unknown;
}

export interface JsonToolDefinition extends CommonTool {
  readonly input: JsonSchema;
  // biome-ignore lint/suspicious/noExplicitAny: TypeScript cannot read a type from a JSON Schema.
  execute(input: any, context: ToolUse): unknown;
}

/** What `tool` was given for each tool that it has returned. */
const definitions = new WeakMap<object, object>();

/** Returns what a tool was defined with. Undefined: `tool` has not made it. */
export const toolDefinition = (made: object): object | undefined => definitions.get(made);

/**
 * Defines a tool. Its input has passed the schema, TypeBox's or a JSON Schema, before `execute` receives it. What is
 * wrong with the definition is reported when an agent that lists it is loaded, all mistakes at once.
 */
export function tool<S extends TSchema>(definition: ToolDefinition<S>): Tool;
export function tool(definition: JsonToolDefinition): Tool;
export function tool(definition: JsonToolDefinition): Tool {
  if (typeof definition !== "object" || definition === null) throw new TypeError("tool() takes an object.");
  const { name, description, input, repeat } = definition;
  const made: Tool = {
    name,
    description,
    input: input as unknown as TSchema,
    ...(repeat !== undefined && { repeat }),
    call: (given, context) => called(definition, given, context),
  };
  definitions.set(made, definition);
  return made;
}

async function* called(
  definition: JsonToolDefinition,
  input: unknown,
  context: ToolCallContext,
): AsyncGenerator<EventBody, unknown, void> {
  const events = new EventQueue();
  const emit = (name: string, data: unknown): void => events.push({ type: "custom", payload: { name, data } });
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(context.signal.reason);
  context.signal.addEventListener("abort", stop, { once: true });
  // A tool that does not heed the signal is left to itself.
  const running = Promise.race([(async () => await definition.execute(input, { ...context, emit }))(), stopped]);
  try {
    yield* events.until(running);
    return await running;
  } finally {
    context.signal.removeEventListener("abort", stop);
  }
}
