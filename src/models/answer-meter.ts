import { JsonCounter } from "../wire/json-counter.ts";
import { ModelError } from "./contract.ts";

/**
 * What one answer may hold, in UTF-16 units where it is text. No model says so much; a server that has lost its way does, and
 * all of it would be held in memory, logged and told to every reader.
 */
const MOST = {
  text: 4 * 1024 * 1024,
  reasoning: 4 * 1024 * 1024,
  calls: 128,
  /** All arguments of all calls. */
  arguments: 1024 * 1024,
  /** JSON values in the arguments of one call. */
  values: 100_000,
} as const;

/** Counts what an answer says, while it is said. Each method throws the ModelError that the answer ends with when it is too much. */
export class AnswerMeter {
  #text = 0;
  #reasoning = 0;
  #calls = 0;
  #arguments = 0;

  said(type: "text" | "reasoning", { length }: string): void {
    if (type === "text") {
      this.#text += length;
      if (this.#text > MOST.text) throw tooMuch(`is longer than ${MOST.text} characters`);
    } else {
      this.#reasoning += length;
      if (this.#reasoning > MOST.reasoning) throw tooMuch(`reasons for longer than ${MOST.reasoning} characters`);
    }
  }

  /** A call has begun. */
  call(): void {
    this.#calls += 1;
    if (this.#calls > MOST.calls) throw tooMuch(`holds more than ${MOST.calls} tool calls`);
  }

  /** A piece of a call's arguments. */
  argument({ length }: string): void {
    this.#arguments += length;
    if (this.#arguments > MOST.arguments) {
      throw tooMuch(`holds tool calls with more than ${MOST.arguments} characters of arguments`);
    }
  }

  /** A call's arguments have come whole, and are to be parsed. */
  whole(text: string): void {
    if (text.length <= MOST.values) return;
    const counter = new JsonCounter();
    counter.push(new TextEncoder().encode(text));
    if (counter.values > MOST.values) throw tooMuch(`holds a tool call with more than ${MOST.values} values`);
  }
}

/** The next try would cost as much and end so too; a person may ask again. */
const tooMuch = (what: string): ModelError =>
  new ModelError("model_unavailable", `The model's answer ${what}, and was ended there.`, { retryable: false });
