import type { RunFile } from "../domain/document.ts";
import type { EventBody } from "../domain/event.ts";
import type { HistoryMessage } from "../domain/message.ts";
import type { Locale, RunInput, Usage } from "../domain/run.ts";
import type { Model } from "../models/contract.ts";
import type { ToolContext } from "../tools/contract.ts";

/** What a node may use. */
export interface AgentContext extends ToolContext {
  readonly input: RunInput;
  /** The file that came with the question. It is not stored. */
  readonly file: RunFile | null;
  /** The language of the answer. */
  readonly locale: Locale;
  readonly model: Model;
  /** The conversation before this turn, oldest first. When it is too long, only the newest messages are included. */
  history(): Promise<readonly HistoryMessage[]>;
  /** The id that a tool call has in the log: the model's own, unless the run has one of that name already. */
  callId(modelCallId: string): string;
  /** Adds the usage of a model call; the run settles the sum at its end. */
  spend(usage: Usage): void;
  /** Logs an error that the user need not see. */
  report(error: unknown): void;
}

/**
 * Emits one event. A returned promise must be awaited before the next event: the journal is behind. Throws when the run
 * must stop.
 */
export type Emit = (event: EventBody) => Promise<void> | undefined;

/**
 * Emits a sequence of events that arrive one by one from elsewhere, such as a model's deltas. A node yields the
 * producer, and the walk runs it. Otherwise each delta would pass through every generator between the model and the
 * walk. What it throws is thrown at the node's `yield`.
 */
export type Producer = (emit: Emit) => Promise<void>;

/**
 * One node of the graph. `run` yields events or producers and returns its change of state; the checkpoint after it
 * stores only that change. It may throw: a RunError or ModelError ends the run with that code, anything else with
 * `internal`.
 * It must return soon after `context.signal` aborts.
 */
export interface AgentNode<State> {
  readonly name: string;
  /** The phase of the node, such as `analysis`: the label that a progress bar would show. */
  readonly stage: string;
  /** Describes what the node is doing, for people. */
  message(locale: Locale): string;
  run(state: Readonly<State>, context: AgentContext): AsyncGenerator<EventBody | Producer, Partial<State>, void>;
  /** Returns the name of the next node, or null at the end. Pure: `state` includes this node's change. */
  next(state: Readonly<State>): string | null;
}

/** A graph of nodes. State must be serializable as JSON, since checkpoints store it. */
export interface Agent<State> {
  readonly name: string;
  /** Returns the title of the page that shows a turn. */
  title(input: RunInput): string;
  /** Returns the state of the first node. */
  begin(input: RunInput): State;
  readonly start: string;
  readonly nodes: readonly AgentNode<State>[];
  /**
   * Returns the result in the run's `done` event, for wires that send it as a whole. It must be serializable as JSON.
   * Undefined: there is nothing but the answer's text.
   */
  result(state: Readonly<State>): unknown;
  /** The most time that a run may take, in milliseconds. Null: the limit of the service applies. */
  readonly timeoutMs: number | null;
}

/** An agent with any type of state. Only the walk handles the state. */
// biome-ignore lint/suspicious/noExplicitAny: an agent receives only its own state; no caller reads it.
export type AnyAgent = Agent<any>;
