import { RequestError } from "../../../domain/error.ts";
import { JsonCounter } from "../../../wire/json-counter.ts";

/** Values in a body. A megabyte of `{}` holds 350,000 and parses in 40 ms; what people send holds some hundreds. */
const MAX_VALUES = 100_000;
/** Open lists and objects. Past the parser's stack it would fail too, and say less. */
const MAX_DEPTH = 512;
/** Bytes that are counted at a time: less than a millisecond's work. */
const SLICE = 128 * 1024;

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Counts a body while it comes. What it returns, if anything, is awaited before more is read. */
export class BodyCounter {
  readonly #counter = new JsonCounter();

  /** Throws `payload_too_large` or `malformed_json` as soon as there are too many values, or too deep ones. */
  async push(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; at += SLICE) {
      if (at > 0) await breathe();
      this.#counter.push(chunk.subarray(at, at + SLICE));
      this.#check(1);
    }
  }

  /** The body has come whole. Throws as `push` does. */
  end(): void {
    this.#check(0);
  }

  /** The last value may yet turn out to be a name. */
  #check(pending: number): void {
    const { values, deepest } = this.#counter;
    if (deepest > MAX_DEPTH) {
      throw new RequestError("malformed_json", `The body is nested deeper than ${MAX_DEPTH} levels.`);
    }
    if (values > MAX_VALUES + pending) {
      throw new RequestError(
        "payload_too_large",
        `The body holds more than ${MAX_VALUES} values (numbers, strings, lists and objects). Send less at once.`,
      );
    }
  }
}
