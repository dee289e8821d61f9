import type { EventBody } from "../domain/event.ts";
import { AgentMistake } from "./mistake.ts";

/** The most text that a node may emit, in UTF-16 units: as much as one answer of a model may hold. */
const MAX_TEXT = 1024 * 1024;
/** The most JSON of one event besides text, and of all of them, in UTF-16 units. */
const MAX_EVENT = 256 * 1024;
const MAX_EVENTS = 4 * 1024 * 1024;
/** How many events besides text, and how many steps. */
const MAX_COUNT = 10_000;
const MAX_STEPS = 1_000;
/** The most JSON of all results of steps, in UTF-16 units. */
const MAX_RESULTS = 8 * 1024 * 1024;

/**
 * Bounds what one node of a user's own agent may emit: all of it is stored, and sent to every reader, so a loop that
 * never ends would fill the database.
 */
export class EventBudget {
  #text = 0;
  #events = 0;
  #count = 0;
  #steps = 0;
  #results = 0;

  /** `where` names the agent and the node. */
  constructor(private readonly where: string) {}

  /** Counts an event. Throws an AgentMistake for one that is too much. */
  take({ type, payload }: EventBody): void {
    if (type === "token" || type === "reasoning") this.text(payload.delta);
    else this.json(type, JSON.stringify(payload).length);
  }

  text({ length }: string): void {
    this.#text += length;
    if (this.#text > MAX_TEXT) throw this.#excess(`emitted more than ${MAX_TEXT} characters of text`);
  }

  /** Counts an event by the length of its payload. */
  json(type: string, length: number): void {
    if (length > MAX_EVENT) throw this.#excess(`emitted ${type} with a payload of more than ${MAX_EVENT} characters`);
    this.#events += length;
    if (this.#events > MAX_EVENTS) throw this.#excess(`emitted events of more than ${MAX_EVENTS} characters`);
    this.#count += 1;
    if (this.#count > MAX_COUNT) throw this.#excess(`emitted more than ${MAX_COUNT} events`);
  }

  /** Counts a step by the length of its result as JSON. */
  step(length: number): void {
    this.#steps += 1;
    if (this.#steps > MAX_STEPS) throw this.#excess(`made more than ${MAX_STEPS} steps`);
    this.#results += length;
    if (this.#results > MAX_RESULTS)
      throw this.#excess(`made steps with results of more than ${MAX_RESULTS} characters`);
  }

  #excess(what: string): AgentMistake {
    return new AgentMistake(`${this.where} ${what}`);
  }
}
