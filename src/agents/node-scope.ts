import type { EventBody } from "../domain/event.ts";
import { isTokenCount, type Usage } from "../domain/run.ts";
import { isStorable } from "../domain/text.ts";
import type { ModelMessage } from "../models/contract.ts";
import { BoundedLog } from "./bounded-log.ts";
import { UniqueIds } from "./call-ids.ts";
import type { Context, ConversationOptions, ConversationResult } from "./context.ts";
import type { NodeContext, Producer } from "./contract.ts";
import { converse } from "./converse.ts";
import { documentsOf } from "./documents.ts";
import { drive } from "./drive.ts";
import { EventBudget } from "./event-budget.ts";
import type { AgentPlace } from "./logger.ts";
import { meteredModel } from "./metered-model.ts";
import { AgentMistake, jsonValue } from "./mistake.ts";
import { readFile, readPage } from "./pages.ts";
import type { AgentParts } from "./parts.ts";
import { checkTools } from "./tool-mistakes.ts";
import { withCaller } from "./with-caller.ts";
import { trust } from "./yielded.ts";

const MAX_NAME = 64;

/** Names are stored, and shown to readers. */
const checkName = (method: "emit" | "step", name: unknown): void => {
  if (typeof name === "string" && name !== "" && name.length <= MAX_NAME && isStorable(name)) return;
  throw new AgentMistake(`context.${method} takes a name of 1 to ${MAX_NAME} characters that can be stored`);
};

/**
 * What a definition's node works with, from when it begins until it returns. Afterwards its signal is aborted, and
 * nothing of it can write any more.
 */
export class NodeScope {
  readonly place: AgentPlace;
  readonly context: Context;
  readonly budget: EventBudget;
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  readonly #stepNames = new UniqueIds(".");
  readonly #log: BoundedLog;
  #isLateLogged = false;

  constructor(
    private readonly engine: NodeContext,
    private readonly parts: AgentParts,
    collections: readonly string[] | null,
  ) {
    const { agent, node, runId, input, file, userId, threadId, locale, system, settings, tools, history } = engine;
    this.place = { agent, node, runId };
    this.budget = new EventBudget(`agent ${agent}, node ${node}`);
    this.#signal = AbortSignal.any([engine.signal, this.#over.signal]);
    const signal = this.#signal;
    const bound = { ...engine, signal };
    this.#log = new BoundedLog(parts.logger, this.place);
    this.context = {
      ...{ agent, node, runId, input, file, userId, threadId, locale, system, settings, tools, history, signal },
      model: meteredModel(bound),
      retrieval: documentsOf(parts.retrieval, collections, bound),
      log: this.#log,
      converse: (options) => this.#converse(options, this.engine.needsParagraph()),
      complete: (options) => drive(this.#converse(options, false), () => undefined),
      step: (name, fn) => this.#step(name, fn),
      emit: (name, data) => this.#emit(name, data),
      spend: (usage) => this.#spend(usage),
      approve: () => Promise.reject(new AgentMistake("context.approve is not available in this release")),
      fetchPage: (url) => withCaller(() => readPage(url, parts, bound)),
      readFile: () => withCaller(() => readFile(parts, bound)),
    };
  }

  /** The node has returned, or will not be resumed. */
  end(): void {
    this.#over.abort(new Error(`the node ${this.place.node} of agent ${this.place.agent} is over`));
  }

  async *#converse(
    options: ConversationOptions,
    needsParagraph: boolean,
  ): AsyncGenerator<EventBody | Producer, ConversationResult, void> {
    const { messages, tools = this.engine.tools, signal, ...rest } = options;
    const signals = signal === undefined ? this.#signal : AbortSignal.any([this.#signal, signal]);
    signals.throwIfAborted();
    if (tools !== this.engine.tools) checkTools(tools);
    const conversation = { ...rest, messages: messages ?? (await this.#turn()), tools };
    const steps = converse(conversation, { ...this.engine, signal: signals }, needsParagraph);
    let step = await steps.next();
    try {
      while (step.done !== true) {
        try {
          yield typeof step.value === "function" ? trust(step.value) : step.value;
        } catch (thrown) {
          step = await steps.throw(thrown);
          continue;
        }
        step = await steps.next();
      }
      return step.value;
    } finally {
      await steps.return(undefined as never);
    }
  }

  /** The conversation before this turn, and the turn's message. */
  async #turn(): Promise<readonly ModelMessage[]> {
    const { message, images } = this.engine.input;
    return [...(await this.engine.history()), { role: "user", content: message, images }];
  }

  async #step<T>(name: string, fn: () => T | Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    checkName("step", name);
    const key = this.#stepNames.take(name);
    const { storedSteps } = this.engine;
    if (storedSteps.has(key)) return storedSteps.get(key) as T;
    const given: unknown = await fn();
    this.#signal.throwIfAborted();
    const result = given === undefined ? undefined : jsonValue(given, `the result of step ${key}`);
    this.budget.step(JSON.stringify(result ?? null).length);
    this.engine.storeStep(key, result);
    return result as T;
  }

  #spend(usage: Usage): void {
    if (this.#over.signal.aborted) return;
    const counts = [usage?.inputTokens, usage?.outputTokens, usage?.cachedTokens ?? 0, usage?.reasoningTokens ?? 0];
    if (!counts.every(isTokenCount)) {
      throw new AgentMistake("context.spend takes inputTokens and outputTokens, whole numbers from 0 to 100 million");
    }
    this.engine.spend(usage);
  }

  #emit(name: string, data: unknown): Promise<void> {
    const emitted = this.#emitted(name, data);
    // An agent that does not wait for it must not bring an unhandled rejection about, and its operator should know.
    emitted.catch((error: unknown) => {
      if (error instanceof AgentMistake) this.#log.error(error.message);
    });
    return emitted;
  }

  async #emitted(name: string, data: unknown): Promise<void> {
    if (this.#signal.aborted) {
      if (!this.#isLateLogged) this.parts.logger.emittedLate(this.place);
      this.#isLateLogged = true;
      throw this.#signal.reason;
    }
    checkName("emit", name);
    const payload = { name, data: jsonValue(data ?? null, `the data of ${name}`) };
    this.budget.take({ type: "custom", payload });
    await this.engine.emit({ type: "custom", payload });
  }
}
