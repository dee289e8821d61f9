import { createParser } from "eventsource-parser";
import { type Answer, isWhole, ownMsIn } from "./answer.ts";
import { exchange } from "./exchange.ts";
import type { Wire } from "./targets.ts";

/** A client's view of one stream. */
export interface Reading {
  /** Milliseconds that the relay added to the time to the first token; undefined when no token arrived. */
  readonly addedMs: number | undefined;
  /** What is wrong with the stream; undefined when the answer is complete and the stream ended correctly. */
  readonly fault: string | undefined;
}

/**
 * Sends the question and reads the answer to its end. `thorough` also parses every frame and compares the whole text.
 * Never throws.
 */
export const read = async (
  origin: string,
  wire: Wire,
  body: string,
  answer: Answer,
  thorough: boolean,
  onTokens: (count: number) => void,
): Promise<Reading> => {
  try {
    const headers = { "content-type": "application/json" };
    const url = origin + wire.path;
    const seen = await exchange({ url, method: "POST", headers, body, keepBody: thorough, onTokens });
    const own = ownMsIn(seen.head);
    const addedMs = own === undefined || seen.firstTokenMs === undefined ? undefined : seen.firstTokenMs - own;
    const fault = (): string | undefined => {
      if (seen.status !== 200) return `HTTP ${seen.status}`;
      if (!seen.complete) return "the connection broke";
      if (!seen.tail.includes(wire.ending)) return "ended without its terminal frame";
      if (seen.tokens !== answer.tokens) return "tokens are missing, or came twice";
      if (addedMs === undefined) return "the first token is not whole";
      if (thorough && !isWhole(textOf(seen.body, wire), answer)) return "the text is not the answer";
      return undefined;
    };
    return { addedMs, fault: fault() };
  } catch (error) {
    return { addedMs: undefined, fault: `no connection: ${String(error)}` };
  }
};

const textOf = (body: string, wire: Wire): string => {
  let text = "";
  const parser = createParser({
    onEvent: ({ event, data }) => {
      text += wire.delta(event, data);
    },
  });
  parser.feed(body);
  return text;
};
