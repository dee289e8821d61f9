import { ModelError } from "./contract.ts";
import { JsonBounds } from "./json-bounds.ts";

/**
 * The bounds of one answer, in UTF-16 units for text. No model exceeds them, but a faulty server does, and all of it
 * would be held in memory, logged and sent to every reader.
 */
const LIMITS = {
  /** As JSON encodes it: a control character takes six. */
  text: 1024 * 1024,
  reasoning: 2 * 1024 * 1024,
  /** Between text and reasoning, either way: each change begins another event of the log. */
  changes: 10_000,
  calls: 128,
  /** All ids, names and arguments of all calls. */
  arguments: 1024 * 1024,
} as const;

/** Measures an answer as it arrives. Each method throws the ModelError that ends the answer when it exceeds a bound. */
export class AnswerMeter {
  #text = 0;
  #reasoning = 0;
  /** Of both: characters that are no ASCII, each of which counts as a token. */
  #wide = 0;
  #characters = 0;
  #last: "text" | "reasoning" | undefined;
  #changes = 0;
  #calls = 0;
  #arguments = 0;
  /** Undefined until there is a call to check. */
  #bounds: JsonBounds | undefined;

  /** The sum of its counts: grows with everything that is emitted. */
  get counted(): number {
    return this.#text + this.#reasoning + this.#calls + this.#arguments;
  }

  /** The tokens of everything that was counted, estimated as `tokensIn` does. */
  get tokens(): number {
    return this.#wide + (this.#characters - this.#wide + this.#arguments) / 4;
  }

  countText(type: "text" | "reasoning", delta: string): void {
    if (type !== this.#last) this.#change(type);
    const length = this.#lengthOf(delta);
    if (type === "text") {
      this.#text += length;
      if (this.#text > LIMITS.text) throw tooMuch(`is longer than ${LIMITS.text} characters`);
    } else {
      this.#reasoning += length;
      if (this.#reasoning > LIMITS.reasoning) throw tooMuch(`reasons for longer than ${LIMITS.reasoning} characters`);
    }
  }

  /** Counts the beginning of a call. */
  countCall(): void {
    this.#calls += 1;
    if (this.#calls > LIMITS.calls) throw tooMuch(`holds more than ${LIMITS.calls} tool calls`);
  }

  /** Counts a piece of a call: of its arguments, its name or its id. */
  countArgument({ length }: string): void {
    this.#arguments += length;
    if (this.#arguments > LIMITS.arguments) {
      throw tooMuch(`holds tool calls with more than ${LIMITS.arguments} characters of arguments`);
    }
  }

  /** Checks a call's complete arguments before they are parsed. */
  checkArguments(text: string): void {
    this.#bounds ??= new JsonBounds();
    const excess = this.#bounds.excess(text);
    if (excess !== null) throw tooMuch(`holds tool calls with ${excess}`);
  }

  /** The length in JSON, except that characters with a two-character escape count as one. */
  #lengthOf(delta: string): number {
    let { length } = delta;
    let wide = 0;
    for (let at = 0; at < delta.length; at++) {
      const code = delta.charCodeAt(at);
      if (code > 127) wide++;
      else if (isControl(code)) length += 5;
    }
    this.#wide += wide;
    this.#characters += delta.length;
    return length;
  }

  #change(type: "text" | "reasoning"): void {
    this.#last = type;
    this.#changes += 1;
    if (this.#changes > LIMITS.changes) throw tooMuch(`goes from text to reasoning more than ${LIMITS.changes} times`);
  }
}

/** A control character without a short escape in JSON. */
const isControl = (code: number): boolean => code < 32 && code !== 9 && code !== 10 && code !== 13;

/** Not retryable: the next try would cost as much and end in the same way. A person may ask again. */
export const tooMuch = (what: string): ModelError =>
  new ModelError("model_unavailable", `The model's answer ${what} and was cut off.`, { retryable: false });
