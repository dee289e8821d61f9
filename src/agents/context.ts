import type { Passage, RunFile, Table } from "../domain/document.ts";
import type { EventBody } from "../domain/event.ts";
import type { ModelSettings } from "../domain/model-settings.ts";
import type { Locale, RunInput, Usage } from "../domain/run.ts";
import type { System } from "../domain/system.ts";
import type { Model, ModelMessage, ModelRequest } from "../models/contract.ts";
import type { Reading } from "../reading/contract.ts";
import type { Tool } from "../tools/contract.ts";
import type { AgentContext, Producer } from "./contract.ts";

/** What to ask a model. A setting that is omitted is the run's (`AgentContext.settings`). */
interface Conversation extends Omit<ModelRequest, "tools"> {
  /** In any order: they are made well formed before a model receives them. */
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly Tool[];
  /**
   * The most model calls, at least 1. The last is made without tools, so that the model has to answer. Defaults to
   * `MAX_ROUNDS`.
   */
  readonly maxRounds?: number;
}

/**
 * What a conversation with the model begins with: a system prompt, and whatever is to differ from the turn's own.
 * `messages` defaults to the conversation before this turn and the turn's message, `tools` to `context.tools`.
 */
export interface ConversationOptions extends Partial<Conversation> {
  readonly system: string;
  /** Ends the conversation before the run is over. */
  readonly signal?: AbortSignal;
}

/** How a conversation ended: the text of all its rounds, and its messages with everything that was added. */
export interface ConversationResult {
  readonly text: string;
  readonly messages: readonly ModelMessage[];
}

/** A search in the user's documents. */
export interface DocumentQuery {
  readonly text: string;
  /** One of the collections that the agent may search. Defaults to all of them. */
  readonly collection?: string | null;
  /** The most passages, 1 to 50. Defaults to 6. */
  readonly k?: number;
}

/** The user's documents, and no others. */
export interface Documents {
  /** Returns the passages that answer, best first; empty when none do. */
  search(query: DocumentQuery): Promise<readonly Passage[]>;
  /** Returns a whole table with at most `maxRows` rows. Null when the document is not a table or was deleted. */
  table(documentId: string, maxRows: number): Promise<Table | null>;
}

/** A page of the public web, read. */
export interface Page extends Reading {
  /** Its address after redirects. */
  readonly url: string;
  /** The last part of its path, or its host. */
  readonly name: string;
}

/** Lines for the operator's log, with the agent, its node and the run. `data` is JSON. */
export type AgentLog = Readonly<Record<"debug" | "info" | "warn" | "error", (message: string, data?: object) => void>>;

/** What a person is asked before the agent goes on. Readers see it as a call of a tool. */
export interface ApprovalRequest {
  /** What is to be done, such as `send_invoice`: 1 to 64 characters. */
  readonly name: string;
  /** What it is to be done with: JSON. */
  readonly input: unknown;
  /** A TypeBox or JSON Schema that an input must match which the person gives instead. Defaults to any JSON. */
  readonly schema?: object;
}

/** What the person has said. */
export interface ApprovalAnswer {
  readonly approved: boolean;
  /** What was approved: the person's own input where one was given, else that of the request. */
  readonly input: unknown;
  readonly message: string | null;
}

/**
 * What an agent may use in a node. It ends with the node: `signal` aborts, and what is emitted later is ignored. All
 * promises reject with the signal's reason once that has aborted.
 */
export interface Context {
  readonly agent: string;
  readonly node: string;
  readonly input: RunInput;
  /** The file that came with the question. It is not stored. */
  readonly file: RunFile | null;
  readonly userId: string;
  readonly threadId: string;
  readonly runId: string;
  /** The language of the answer. */
  readonly locale: Locale;
  /** Aborts when the run ends or is to end, and when the node has returned. */
  readonly signal: AbortSignal;
  readonly system: System;
  /**
   * The run's model. Its calls are counted as the run's usage. Its parts hold whole characters that can be stored, and no
   * thoughts in tags: those are `reasoning`.
   */
  readonly model: Model;
  /** How the model should answer in this run: the agent's own settings, and the request's over them. */
  readonly settings: ModelSettings;
  /** The agent's tools, as they are at the beginning of the turn. */
  readonly tools: readonly Tool[];
  /** The user's documents, restricted to the agent's `collections` where it names some. */
  readonly retrieval: Documents;
  readonly log: AgentLog;
  /**
   * The turns before this one, oldest first, ready for a model: tool calls and their results included, in an order that
   * every server accepts. When they are too long, only the newest are included.
   */
  readonly history: AgentContext["history"];
  /**
   * Calls the model, then the tools that it requests, and repeats until it answers. Yield it, or `yield*` it for its
   * result; its text is emitted as it arrives. It begins a paragraph of its own unless the answer so far is empty or
   * ends with white space.
   */
  converse(options: ConversationOptions): AsyncGenerator<EventBody | Producer, ConversationResult, void>;
  /** The same without emitting anything, for what the user is not to read. */
  complete(options: ConversationOptions): Promise<ConversationResult>;
  /**
   * Calls `fn` and stores its result, which is JSON, with the run's checkpoints. A name that a node uses again is
   * numbered (`fetch`, `fetch.2`), so steps of one name should come in the same order every time: another attempt at the
   * run, after its process has died, finds their results by these names and does not call `fn` again. Resolves once the
   * result is stored.
   */
  step<T>(name: string, fn: () => T | Promise<T>): Promise<T>;
  /** Emits a `custom` event. `name` has 1 to 64 characters; `data` is JSON. */
  emit(name: string, data: unknown): Promise<void>;
  /**
   * Counts tokens that the agent used elsewhere as the run's, such as those of a model that it called by itself. Calls of
   * `model`, `converse` and `complete` are counted already.
   */
  spend(usage: Usage): void;
  /**
   * Asks a person, and returns what they have said. The run stops here meanwhile: the node runs again, from its
   * beginning, when there is an answer, so what was done before belongs into steps. An answer is found again by name and
   * input; a request with another input is a question of its own. Rejects when nobody answers in time
   * (`APPROVAL_TIMEOUT`), as the run is cancelled then. Not to be called inside a step.
   */
  approve(request: ApprovalRequest): Promise<ApprovalAnswer>;
  /**
   * Fetches a page of the public web and reads it. Throws an UnreadableError when the page cannot or must not be
   * fetched: private addresses, more than 5 MiB, more than 10 s.
   */
  fetchPage(url: string): Promise<Page>;
  /** Reads `file`. Throws an UnreadableError when it cannot be read, or when no file came. */
  readFile(): Promise<Reading>;
}
