import type { ModelMessage, OpaqueState, ToolCall } from "../models/contract.ts";
import type { ToolOutcome } from "../tools/call-tool.ts";
import { safeName, wellFormed } from "./well-formed.ts";

/** A model's answer that asks for tool calls, and what became of them. */
export interface Round {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly opaque: OpaqueState | undefined;
  /** In the order of the calls. */
  readonly outcomes: readonly ToolOutcome[];
}

/** Asks a model to speak when the messages end with its own. */
const GO_ON = "Go on.";

/**
 * The messages of one conversation: those that it began with, made well formed, and the rounds since. In a round, the
 * model that gave a call its id gets that back, even if it gives all calls the same; an id of an earlier message is
 * renamed.
 */
export class Exchange {
  readonly #given: readonly ModelMessage[];
  #before: readonly ModelMessage[];
  /** Undefined until there is a round: most conversations have none. */
  #rounds: ModelMessage[] | undefined;
  #ids: Set<string> | undefined;

  constructor(given: readonly ModelMessage[]) {
    const formed = wellFormed(given);
    const last = formed.at(-1)?.role;
    const needsAnswer = last === "user" || last === "tool";
    this.#given = needsAnswer ? formed : [...formed, { role: "user", content: GO_ON, images: [] }];
    this.#before = this.#given;
  }

  /** All messages so far, for a model. */
  get messages(): readonly ModelMessage[] {
    return this.#rounds === undefined ? this.#before : [...this.#before, ...this.#rounds];
  }

  get hasRounds(): boolean {
    return this.#rounds !== undefined;
  }

  add({ text, toolCalls, opaque, outcomes }: Round): void {
    const calls = toolCalls.map((call) => ({ ...call, name: safeName(call.name) }));
    this.#rounds ??= [];
    this.#rounds.push({
      role: "assistant",
      content: text.trim() === "" ? "" : text,
      toolCalls: calls,
      ...(opaque !== undefined && { opaque }),
    });
    for (const [at, { id: toolCallId, name }] of calls.entries()) {
      const outcome = outcomes[at];
      if (outcome !== undefined) this.#rounds.push({ role: "tool", toolCallId, name, ...outcome });
    }
    this.#reserve(calls);
  }

  #reserve(calls: readonly ToolCall[]): void {
    if (calls.length === 0) return;
    this.#ids ??= new Set();
    for (const { id } of calls) this.#ids.add(id);
    const ids = this.#ids;
    const isTaken = this.#before.some(
      (message) => message.role === "assistant" && message.toolCalls.some(({ id }) => ids.has(id)),
    );
    if (isTaken) this.#before = wellFormed(this.#given, ids);
  }
}
