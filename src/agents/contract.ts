import type { EventBody } from "../domain/event.ts";
import type { Message } from "../domain/message.ts";
import type { Locale, RunInput, Usage } from "../domain/run.ts";
import type { Model } from "../models/contract.ts";
import type { ToolContext } from "../tools/contract.ts";

/** What a node may use of the world. */
export interface AgentContext extends ToolContext {
  readonly input: RunInput;
  /** The language of the answer. */
  readonly locale: Locale;
  readonly model: Model;
  /** The conversation before this turn, newest kept first when it is too long, oldest first in the list. */
  history(): Promise<readonly Message[]>;
  /** Counts what a model call has cost; the run settles the sum at its end. */
  spend(usage: Usage): void;
  /** Something went wrong that the user need not know of: for the log. */
  report(error: unknown): void;
}

/**
 * One node of the graph. `run` yields events and returns its change of state; the checkpoint after it holds that change
 * and nothing else. It may throw: a RunError or ModelError ends the run with that code, anything else with `internal`.
 * It must come to its end soon after `context.signal` aborts.
 */
export interface AgentNode<State> {
  readonly name: string;
  /** The phase it stands for, such as `analysis`: what a progress bar would be labelled with. */
  readonly stage: string;
  /** What it is doing, for people. */
  message(locale: Locale): string;
  run(state: Readonly<State>, context: AgentContext): AsyncGenerator<EventBody, Partial<State>, void>;
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
}

/** An agent of whatever state: the graph's walk keeps that to itself. */
// biome-ignore lint/suspicious/noExplicitAny: state goes in and out of the same agent; no caller ever sees it.
export type AnyAgent = Agent<any>;
