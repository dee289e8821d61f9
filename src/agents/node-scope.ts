import type { EventBody } from "../domain/event.ts";
import { isTokenCount, type Usage } from "../domain/run.ts";
import { isStorable } from "../domain/text.ts";
import { approval } from "./approval.ts";
import { BoundedLog } from "./bounded-log.ts";
import { UniqueIds } from "./call-ids.ts";
import type { ApprovalAnswer, ApprovalRequest, ConversationOptions, ConversationResult } from "./context.ts";
import type { Approvals, NodeContext, Producer } from "./contract.ts";
import { converse } from "./converse.ts";
import { drive } from "./drive.ts";
import { EventBudget } from "./event-budget.ts";
import type { AgentPlace } from "./logger.ts";
import { AgentMistake, jsonValue } from "./mistake.ts";
import type { AgentParts } from "./parts.ts";

const MAX_NAME = 64;

/** Names are stored, and shown to readers. */
const checkName = (method: "emit" | "step", name: unknown): void => {
  if (typeof name === "string" && name !== "" && name.length <= MAX_NAME && isStorable(name)) return;
  throw new AgentMistake(`context.${method} takes a name of 1 to ${MAX_NAME} characters that can be stored`);
};

/** A conversation that nobody reads has no events in the log: another attempt at the run has it again. */
const UNSEEN = { replay: null, saveRound: () => {}, saveEnd: () => {}, flushed: () => Promise.resolve() };

/** Nobody would see what the run waits for. */
const unasked = ({ approvals }: Pick<NodeContext, "approvals">): Approvals => ({
  canAsk: false,
  needs: (tool) => approvals.needs(tool),
  request: (calls) => approvals.request(calls),
  word: () => null,
  during: (work) => approvals.during(work),
  wait: (ids) => approvals.wait(ids),
});

/** What a scope is made of. */
export interface ScopeParts extends AgentParts {
  /** The collections of the user's documents that the agent may search. Null: all of them. */
  readonly collections: readonly string[] | null;
  /** The agent is code of the user's own, which may go on with a conversation after its node has returned. */
  readonly isCode: boolean;
}

/**
 * What a definition's node works with, from when it begins until it returns. Afterwards its signal is aborted, and
 * nothing of it can write any more. There is one for each run under way, so what few nodes use is made when it is used.
 */
export class NodeScope {
  #over: AbortController | undefined;
  #signal: AbortSignal | undefined;
  #isOver = false;
  #budget: EventBudget | undefined;
  #stepNames: UniqueIds | undefined;
  #log: BoundedLog | undefined;
  #isLateLogged = false;

  constructor(
    readonly engine: NodeContext,
    readonly parts: ScopeParts,
  ) {}

  get place(): AgentPlace {
    const { agent, node, runId } = this.engine;
    return { agent, node, runId };
  }

  get budget(): EventBudget {
    this.#budget ??= new EventBudget(`agent ${this.engine.agent}, node ${this.engine.node}`);
    return this.#budget;
  }

  get log(): BoundedLog {
    this.#log ??= new BoundedLog(this.parts.logger, this.place);
    return this.#log;
  }

  /** Aborts when the run ends or is to end, and when the node has returned. */
  get signal(): AbortSignal {
    if (this.#signal !== undefined) return this.#signal;
    this.#over = new AbortController();
    this.#signal = AbortSignal.any([this.engine.signal, this.#over.signal]);
    if (this.#isOver) this.end();
    return this.#signal;
  }

  /** The node has returned, or will not be resumed. */
  end(): void {
    this.#isOver = true;
    this.#over?.abort(new Error(`the node ${this.engine.node} of agent ${this.engine.agent} is over`));
  }

  converse(options: ConversationOptions): AsyncGenerator<EventBody | Producer, ConversationResult, void> {
    // A conversation that a node yields is closed with it. Only code could go on with one by itself.
    const { isCode } = this.parts;
    const hasEmittedText = this.engine.needsParagraph();
    if (!isCode && !hasEmittedText) return converse(options, this.engine);
    return converse(options, isCode ? this.#bound() : this.engine, { hasEmittedText });
  }

  complete(options: ConversationOptions): Promise<ConversationResult> {
    return drive(converse(options, { ...this.#bound(), ...UNSEEN, approvals: unasked(this.engine) }), () => undefined);
  }

  async step<T>(name: string, fn: () => T | Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    checkName("step", name);
    this.#stepNames ??= new UniqueIds(".");
    const key = this.#stepNames.take(name);
    const { storedSteps } = this.engine;
    if (storedSteps.has(key)) return storedSteps.get(key) as T;
    const given: unknown = await fn();
    this.signal.throwIfAborted();
    const result = given === undefined ? undefined : jsonValue(given, `the result of step ${key}`);
    this.budget.step(JSON.stringify(result ?? null).length);
    this.engine.storeStep(key, result);
    // What the agent does next may rest on it: another attempt must find it.
    await this.engine.flushed();
    return result as T;
  }

  async approve(request: ApprovalRequest): Promise<ApprovalAnswer> {
    this.signal.throwIfAborted();
    const answer = await this.engine.approvals.during(() => approval(request, this.engine));
    return "waiting" in answer ? answer.waiting : answer;
  }

  spend(usage: Usage): void {
    if (this.#isOver) return;
    const counts = [usage?.inputTokens, usage?.outputTokens, usage?.cachedTokens ?? 0, usage?.reasoningTokens ?? 0];
    if (!counts.every(isTokenCount)) {
      throw new AgentMistake("context.spend takes inputTokens and outputTokens, whole numbers from 0 to 100 million");
    }
    this.engine.spend(usage);
  }

  emit(name: string, data: unknown): Promise<void> {
    const emitted = this.#emitted(name, data);
    // An agent that does not wait for it must not bring an unhandled rejection about, and its operator should know.
    emitted.catch((error: unknown) => {
      if (error instanceof AgentMistake) this.log.error(error.message);
    });
    return emitted;
  }

  async #emitted(name: string, data: unknown): Promise<void> {
    const { signal } = this;
    if (signal.aborted) {
      if (!this.#isLateLogged) this.parts.logger.emittedLate(this.place);
      this.#isLateLogged = true;
      throw signal.reason;
    }
    checkName("emit", name);
    const payload = { name, data: jsonValue(data ?? null, `the data of ${name}`) };
    this.budget.take({ type: "custom", payload });
    await this.engine.emit({ type: "custom", payload });
  }

  /** What the engine gives the node, for work that ends with the node. */
  #bound(): NodeContext {
    return { ...this.engine, signal: this.signal };
  }
}
