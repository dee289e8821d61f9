import type { RunFile } from "../domain/document.ts";
import type { EventBody } from "../domain/event.ts";
import type { ModelSettings } from "../domain/model-settings.ts";
import type { Locale, RunInput, Usage } from "../domain/run.ts";
import type { RoundState } from "../domain/turn.ts";
import type { FinishReason, Model, ModelMessage } from "../models/contract.ts";
import type { Tool, ToolContext } from "../tools/contract.ts";
import type { Replay } from "./resume/replay.ts";

/** What a node may use. */
export interface AgentContext extends ToolContext {
  readonly input: RunInput;
  /** The file that came with the question. It is not stored. */
  readonly file: RunFile | null;
  readonly threadId: string;
  readonly runId: string;
  /** The language of the answer. */
  readonly locale: Locale;
  readonly model: Model;
  /** How the model should answer in this run: the agent's own settings, and the request's over them. */
  readonly settings: ModelSettings;
  /** The agent's tools, as they are at the beginning of the turn. */
  readonly tools: readonly Tool[];
  /**
   * The thread's turns before this one, oldest first, ready for a model: questions, answers, tool calls with their
   * results. When they are too long, the oldest turns are left out. It begins with the user, or is empty.
   */
  history(): Promise<readonly ModelMessage[]>;
  /** The id that a tool call has in the log: the model's own, unless the run has one of that name already. */
  callId(modelCallId: string): string;
  /** Adds the usage of a model call; the run settles the sum at its end. */
  spend(usage: Usage): void;
  /** A model call has ended for this reason. The run reports the reason of the last call that gave text of the answer. */
  answered(reason: FinishReason): void;
  /**
   * Stores that a model has answered with these tool calls, or (none) that its conversation is over, and what it wants
   * back: for later turns, and for another attempt at this one.
   */
  saveRound(round: RoundState): void;
  /** Resolves once everything emitted and saved so far is stored, or the run has ended. */
  flushed(): Promise<void>;
  /** What of this run waits for a person. */
  readonly approvals: Approvals;
  /** A tool of this name threw what is no answer for the model. Logged, with the agent's name. */
  toolFailed(tool: string, error: unknown): void;
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
 * What a node may yield: text of the answer, an event of the native vocabulary, a producer, or a whole conversation,
 * whose events are passed on.
 */
export type Yielded = string | EventBody | Producer | AsyncGenerator<EventBody | Producer, unknown, void>;

/** A call that a person is asked about. */
export interface AskedCall {
  readonly toolCallId: string;
  readonly name: string;
  readonly input: unknown;
  /** Of its input. Null: any JSON will do. */
  readonly schema: object | null;
}

/** What a person has said about a call. */
export interface PersonsWord {
  readonly decision: "approve" | "reject";
  /** What the call is to be made with. Null: what it was asked with. */
  readonly input: unknown;
  readonly message: string | null;
}

/** The calls of a run that wait for a person's word. */
export interface Approvals {
  /** False: nobody would see the question. */
  readonly canAsk: boolean;
  /** Whether calls of this tool wait for a person's word. */
  needs(tool: string): boolean;
  /** Stores the calls, before the log tells of them: whoever sees them there may answer. */
  request(calls: readonly AskedCall[]): Promise<void>;
  /** What was said about a call with this input, when this attempt began. Null: nothing. */
  word(call: Pick<AskedCall, "toolCallId" | "input">): PersonsWord | null;
  /** While the work is under way, the run does not stop to wait. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /**
   * The run cannot go on without a word on these calls. It stops once nothing is under way; another attempt goes on when
   * there is one on each. Rejects with the signal's reason.
   */
  wait(toolCallIds: readonly string[]): Promise<never>;
}

/** What a node may use besides: what depends on its place in the walk. */
export interface NodeContext extends AgentContext {
  readonly agent: string;
  readonly node: string;
  readonly emit: Emit;
  /** Whether the next text should begin a paragraph: the turn has text already, and it does not end with white space. */
  needsParagraph(): boolean;
  /** What steps of the node returned in an earlier attempt, by the name under which they are stored. */
  readonly storedSteps: ReadonlyMap<string, unknown>;
  /** What the node had emitted in an earlier attempt. Null: the node begins. */
  readonly replay: Replay | null;
  /**
   * Stores that a conversation is over, of which no model wants anything back: before the node tells anything more, or
   * else soon. The checkpoint of a node that ends with it says as much, and then nothing else is stored.
   */
  saveEnd(round: RoundState): void;
  /** Stores the result of a step, `undefined` or JSON, in the order of the events around it. */
  storeStep(name: string, result: unknown): void;
}

/**
 * One node of the graph. `run` yields what is to be emitted and returns its change of state; the checkpoint after it
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
  run(context: NodeContext, state: Readonly<State>): AsyncGenerator<Yielded, Partial<State>, void>;
  /** Returns the name of the next node, or null at the end. Pure: `state` includes this node's change. */
  next(state: Readonly<State>): string | null;
}

export type AgentKind = "built-in" | "text" | "code" | "remote";

/** A graph of nodes. State must be serializable as JSON, since checkpoints store it. */
export interface Agent<State> {
  readonly name: string;
  /** Where it comes from: the executable, or a file of the user's own. */
  readonly kind: AgentKind;
  /** Whether requests may choose it; otherwise it answers on its own endpoints alone. */
  readonly isOffered: boolean;
  /** What it is for, in a sentence. */
  readonly description: string;
  /** A model spec, or several separated by commas, as in `MODEL`. Null: that of the request, else `MODEL`. */
  readonly model: string | null;
  /** How its model answers, unless the request says otherwise. */
  readonly settings: ModelSettings;
  /** Names or globs of the tools that it is given, as `Toolbox.select` reads them. */
  readonly toolNames: readonly string[];
  /** Tools that belong to it alone. */
  readonly ownTools: readonly Tool[];
  /** Names or globs of the tools whose calls wait for a person's word. */
  readonly approve: readonly string[];
  /** The collections of the user's documents that it may search. Null: all of them. */
  readonly collections: readonly string[] | null;
  /** The most history that its model receives, in tokens. Null: `HISTORY_TOKENS`. */
  readonly historyTokens: number | null;
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

/** What an agent has when nothing else is said about it. */
export const PLAIN_AGENT = {
  kind: "built-in",
  isOffered: true,
  description: "",
  model: null,
  settings: {},
  toolNames: [],
  ownTools: [],
  approve: [],
  collections: null,
  historyTokens: null,
} as const satisfies Partial<Agent<unknown>>;

/** An agent with any type of state. Only the walk handles the state. */
// biome-ignore lint/suspicious/noExplicitAny: an agent receives only its own state; no caller reads it.
export type AnyAgent = Agent<any>;
