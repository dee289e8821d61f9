import { Value } from "@sinclair/typebox/value";
import { type EventBody, type EventType, payloads } from "../domain/event.ts";
import { splitDelta } from "../models/split-delta.ts";
import type { Emit, Producer, Yielded } from "./contract.ts";
import type { EventBudget } from "./event-budget.ts";
import { AgentMistake, jsonValue, kindOf } from "./mistake.ts";
import { isTrusted } from "./trusted.ts";

/** Events that only the engine emits: they begin, settle and end a run. */
const RESERVED: ReadonlySet<string> = new Set<EventType>([
  "page_start",
  "attempt_started",
  "approval_requested",
  "approval_resolved",
  "credit_settled",
  "done",
  "error",
]);

/**
 * Passes on what the generator of an agent of the user's own yields, checked. What a producer or a yielded generator
 * throws is thrown at the `yield`. A value that may not be yielded ends the generator and throws an AgentMistake, which
 * the generator cannot catch. `resume` makes each call of the generator.
 */
export async function* passOn<T>(
  generator: AsyncGenerator<Yielded, T, void>,
  check: YieldCheck,
  resume: <R>(call: () => R) => R,
  depth = 0,
): AsyncGenerator<EventBody | Producer, T, void> {
  try {
    let step = await resume(() => generator.next());
    for (let yields = 1; step.done !== true; yields++) {
      if (yields % YIELDS_A_TURN === 0) await turnOfOthers();
      const value = check.yielded(step.value);
      try {
        if (typeof value === "string") {
          for (const delta of splitDelta(value)) yield { type: "token", payload: { delta } };
        } else if (typeof value === "object" && Symbol.asyncIterator in value) {
          if (depth === MAX_DEPTH) throw check.tooDeep();
          yield* passOn(value, check, resume, depth + 1);
        } else yield value;
      } catch (thrown) {
        if (thrown instanceof AgentMistake) throw thrown;
        step = await resume(() => generator.throw(thrown));
        continue;
      }
      step = await resume(() => generator.next());
    }
    return step.value;
  } finally {
    await generator.return(undefined as T);
  }
}

/** How deep yielded generators may be nested. One that yields itself again has no end, and no event. */
const MAX_DEPTH = 32;

/** How many values an agent may yield before the event loop has its turn: it need not wait for anything by itself. */
const YIELDS_A_TURN = 64;

const turnOfOthers = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Checks what an agent of the user's own yields. `where` names the agent and the node. */
export class YieldCheck {
  constructor(
    private readonly where: string,
    private readonly budget: EventBudget,
  ) {}

  /** Returns what may be yielded, checked. */
  yielded(value: unknown): Yielded {
    if (typeof value === "string") {
      this.budget.text(value);
      return value;
    }
    if (typeof value === "object" && value !== null && Symbol.asyncIterator in value) {
      return value as AsyncGenerator<EventBody | Producer, unknown, void>;
    }
    return typeof value === "function" ? this.#producer(value as Producer) : this.event(value);
  }

  #producer(producer: Producer): Producer {
    if (isTrusted(producer)) return producer;
    return async (emit: Emit) => await producer((event) => emit(this.event(event)));
  }

  event(value: unknown): EventBody {
    if (typeof value !== "object" || value === null || !("type" in value) || typeof value.type !== "string") {
      throw this.#mistake(`yielded ${kindOf(value)}; a text, an event {type, payload} or a producer was expected`);
    }
    const { type } = value;
    if (RESERVED.has(type)) throw this.#mistake(`yielded ${type}, which only the service itself emits`);
    if (!Object.hasOwn(payloads, type)) throw this.#mistake("yielded an event of an unknown type");
    const payload = "payload" in value ? jsonValue(value.payload, `${this.where}: the payload of ${type}`) : undefined;
    const error = Value.Errors(payloads[type as EventType], payload).First();
    if (error !== undefined) {
      throw this.#mistake(
        `yielded ${type} with a wrong payload${error.path && `, at ${error.path}`}: ${error.message}`,
      );
    }
    const event = { type, payload } as EventBody;
    this.budget.take(event);
    return event;
  }

  tooDeep(): AgentMistake {
    return this.#mistake(`yielded more than ${MAX_DEPTH} nested generators`);
  }

  #mistake(message: string): AgentMistake {
    return new AgentMistake(`${this.where} ${message}`);
  }
}
