import type { Upload } from "../domain/document.ts";
import type { EventBody } from "../domain/event.ts";
import type { Remembered } from "../domain/message.ts";
import type { Locale, RunInput, Usage } from "../domain/run.ts";
import type { Model } from "../models/contract.ts";
import type { ToolContext } from "../tools/contract.ts";

/** What a node may use of the world. */
export interface AgentContext extends ToolContext {
  readonly input: RunInput;
  /** What came with the question; it is kept nowhere. */
  readonly file: Upload | null;
  /** The language of the answer. */
  readonly locale: Locale;
  readonly model: Model;
  /** The conversation before this turn, newest kept first when it is too long, oldest first in the list. */
  history(): Promise<readonly Remembered[]>;
  /** Counts what a model call has cost; the run settles the sum at its end. */
  spend(usage: Usage): void;
  /** Something went wrong that the user need not know of: for the log. */
  report(error: unknown): void;
}

/** Says one event. What it returns, if anything, must be awaited before the next: the log is behind. Throws when the run must stop. */
export type Say = (event: EventBody) => Promise<void> | undefined;

/**
 * A stretch of events that come one by one from elsewhere, such as a model's words: a node yields it whole, and the walk has
 * it spoken. Each word would otherwise pass through every generator between the model and the walk. What it throws is thrown
 * at the node's `yield`.
 */
export type Speech = (say: Say) => Promise<void>;

/**
 * One node of the graph. `run` yields events, or speeches, and returns its change of state; the checkpoint after it holds that change
 * and nothing else. It may throw: a RunError or ModelError ends the run with that code, anything else with `internal`.
 * It must come to its end soon after `context.signal` aborts.
 */
export interface AgentNode<State> {
  readonly name: string;
  /** The phase it stands for, such as `analysis`: what a progress bar would be labelled with. */
  readonly stage: string;
  /** What it is doing, for people. */
  message(locale: Locale): string;
  run(state: Readonly<State>, context: AgentContext): AsyncGenerator<EventBody | Speech, Partial<State>, void>;
  /** The node that follows, or null at the end. Pure: it sees the state with this node's change applied. */
  next(state: Readonly<State>): string | null;
}

/** A graph of nodes. State is JSON-able, since checkpoints keep it. */
export interface Agent<State> {
  readonly name: string;
  /** The page's title for a turn. */
  title(input: RunInput): string;
  /** The state the first node sees. */
  begin(input: RunInput): State;
  readonly start: string;
  readonly nodes: readonly AgentNode<State>[];
  /** What the run's `done` event carries for wires that show it whole, JSON-able. Undefined: nothing but the answer's text. */
  result(state: Readonly<State>): unknown;
  /** The longest that a run of it may take, in milliseconds. Null: as the service has it for all. */
  readonly timeoutMs: number | null;
}

/** An agent of whatever state: the graph's walk keeps that to itself. */
// biome-ignore lint/suspicious/noExplicitAny: state goes in and out of the same agent; no caller ever sees it.
export type AnyAgent = Agent<any>;
