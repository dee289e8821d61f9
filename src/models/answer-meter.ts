import { ModelError } from "./contract.ts";
import { JsonBounds } from "./json-bounds.ts";

/**
 * What one answer may hold, in UTF-16 units where it is text. No model says so much; a server that has lost its way does, and
 * all of it would be held in memory, logged and told to every reader.
 */
const MOST = {
  /** As JSON writes it: a control character takes six. */
  text: 1024 * 1024,
  reasoning: 2 * 1024 * 1024,
  /** From text to reasoning and back: each way begins another event of the log. */
  changes: 10_000,
  calls: 128,
  /** All ids, names and arguments of all calls. */
  arguments: 1024 * 1024,
} as const;

/** Counts what an answer says, while it is said. Each method throws the ModelError that the answer ends with when it is too much. */
export class AnswerMeter {
  #text = 0;
  #reasoning = 0;
  #last: "text" | "reasoning" | undefined;
  #changes = 0;
  #calls = 0;
  #arguments = 0;
  readonly #bounds = new JsonBounds();

  /** All that it has counted: grows as long as anything is said. */
  get counted(): number {
    return this.#text + this.#reasoning + this.#calls + this.#arguments;
  }

  said(type: "text" | "reasoning", delta: string): void {
    if (type !== this.#last) this.#change(type);
    if (type === "text") {
      this.#text += lengthOf(delta);
      if (this.#text > MOST.text) throw tooMuch(`is longer than ${MOST.text} characters`);
    } else {
      this.#reasoning += lengthOf(delta);
      if (this.#reasoning > MOST.reasoning) throw tooMuch(`reasons for longer than ${MOST.reasoning} characters`);
    }
  }

  /** A call has begun. */
  call(): void {
    this.#calls += 1;
    if (this.#calls > MOST.calls) throw tooMuch(`holds more than ${MOST.calls} tool calls`);
  }

  /** A piece of a call: of its arguments, its name or its id. */
  argument({ length }: string): void {
    this.#arguments += length;
    if (this.#arguments > MOST.arguments) {
      throw tooMuch(`holds tool calls with more than ${MOST.arguments} characters of arguments`);
    }
  }

  /** A call's arguments have come whole, and are to be parsed. */
  whole(text: string): void {
    const excess = this.#bounds.excess(text);
    if (excess !== null) throw tooMuch(`holds tool calls with ${excess}`);
  }

  #change(type: "text" | "reasoning"): void {
    this.#last = type;
    this.#changes += 1;
    if (this.#changes > MOST.changes) throw tooMuch(`goes from text to reasoning more than ${MOST.changes} times`);
  }
}

/** As JSON writes it, but for what takes it two characters. */
const lengthOf = (delta: string): number => {
  let { length } = delta;
  for (let at = 0; at < delta.length; at++) if (isControl(delta.charCodeAt(at))) length += 5;
  return length;
};

/** What JSON has no short escape for. */
const isControl = (code: number): boolean => code < 32 && code !== 9 && code !== 10 && code !== 13;

/** The next try would cost as much and end so too; a person may ask again. */
export const tooMuch = (what: string): ModelError =>
  new ModelError("model_unavailable", `The model's answer ${what}, and was ended there.`, { retryable: false });
