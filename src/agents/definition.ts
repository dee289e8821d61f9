import type { ModelSettings } from "../domain/model-settings.ts";
import type { Locale, RunInput } from "../domain/run.ts";
import type { Tool } from "../tools/contract.ts";
import type { Context } from "./context.ts";
import type { Yielded } from "./contract.ts";

/** One node of a graph. `run` returns its change of state, which is stored after it. */
export interface NodeDefinition<State extends object> {
  // biome-ignore lint/suspicious/noConfusingVoidType: a generator without `return` is of this type.
  run(context: Context, state: Readonly<State>): AsyncGenerator<Yielded, Partial<State> | undefined | void, void>;
  /** Returns the name of the next node, or null at the end. Default: the entry that follows in `nodes`. Pure. */
  next?(state: Readonly<State>): string | null;
  /** The phase of the node, such as `analysis`. Defaults to its name. */
  readonly stage?: string;
  /** Describes what the node is doing, for people. Defaults to its name. */
  message?(locale: Locale): string;
}

interface CommonDefinition {
  /** What the agent is for, in a sentence. */
  readonly description?: string;
  /** Names or globs of tools, such as `calculate` or `orders/*`, and tools of the agent's own. */
  readonly tools?: readonly (string | Tool)[];
  /** Names or globs of those tools whose calls wait for a person's word. Defaults to none. */
  readonly approve?: readonly string[];
  /** The collections of the user's documents that it may search. Defaults to all of them. */
  readonly collections?: readonly string[];
  /** A model spec as in `MODEL`, or a list that is tried in order. Defaults to `MODEL`. */
  readonly model?: string | readonly string[];
  /** How its model answers, unless a call says otherwise. */
  readonly settings?: ModelSettings;
  /** The most time that a run may take, such as `30s`. Defaults to `RUN_TIMEOUT`. */
  readonly timeout?: string;
  /** The most history that its model receives, in tokens. Defaults to `HISTORY_TOKENS`. */
  readonly historyTokens?: number;
  /** Returns the title of the page that shows a turn. Defaults to the beginning of the message. */
  title?(input: RunInput): string;
}

/** An agent that is one function. What `run` returns is the run's result. */
export interface RunDefinition extends CommonDefinition {
  run(context: Context): AsyncGenerator<Yielded, unknown, void>;
}

/** An agent that is a graph. State is JSON: it is stored after every node. */
export interface GraphDefinition<State extends object> extends CommonDefinition {
  readonly start: string;
  readonly nodes: Readonly<Record<string, NodeDefinition<State>>>;
  /** Returns the state of the first node. Defaults to an empty object. */
  begin?(input: RunInput): State;
  /** Returns the run's result. Defaults to none. */
  result?(state: Readonly<State>): unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: an agent receives only its own state; no caller reads it.
export type AgentDefinition = RunDefinition | GraphDefinition<any>;
