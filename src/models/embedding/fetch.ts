import { upstreamFetch } from "../../upstream/fetched.ts";
import { JsonCounter } from "../../wire/json-counter.ts";
import { tooMuch } from "../answer-meter.ts";
import { garbage } from "../failure.ts";

/** Bytes of a response. 96 vectors of 4,096 numbers, the most there are of either, take 8 MB. */
const MAX_BODY = 12 * 1024 * 1024;
const MAX_VALUES = 500_000;
const MAX_DEPTH = 16;
/** Values that are no numbers: each vector has an object, a list and two words. */
const MAX_OTHERS = 2_000;
/** Quotation marks. An object of as many names as that has values takes longer than all of them. */
const MAX_QUOTES = 10_000;
const QUOTE = 0x22;
/** Of an error. Its code is near the start. */
const MAX_ERROR = 64 * 1024;

const send = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const response = await upstreamFetch(url, init);
  const { status, statusText, headers, ok } = response;
  const body = ok ? checked(await bodyOf(response)) : await startOf(response);
  return new Response(body, { status, statusText, headers });
};

/**
 * The `fetch` of an SDK's embedding models. On their own, they read a body whatever its length, parse it whatever it
 * contains, and describe each value that is not as it should be. A response that exceeds the bounds, or holds more than
 * numbers, is thrown as a ModelError. The type is Bun's `fetch`, including its properties.
 */
export const embeddingFetch: typeof fetch = Object.assign(send, { preconnect: fetch.preconnect });

/** Throws once the body exceeds the bounds. */
const bodyOf = async (response: Response): Promise<string> => {
  const counter = new JsonCounter();
  const pieces: Uint8Array[] = [];
  let length = 0;
  let quotes = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > MAX_BODY) throw tooMuch(`is a body of more than ${MAX_BODY} bytes`);
    for (let at = piece.indexOf(QUOTE); at >= 0 && quotes <= MAX_QUOTES; at = piece.indexOf(QUOTE, at + 1)) quotes += 1;
    counter.push(piece);
    const isMore = quotes > MAX_QUOTES || counter.values > MAX_VALUES || counter.deepest > MAX_DEPTH;
    if (isMore) throw tooMuch("holds more than vectors");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
};

/** The connection is closed where the loop is left. */
const startOf = async (response: Response): Promise<Uint8Array<ArrayBuffer>> => {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    pieces.push(piece);
    length += piece.length;
    if (length >= MAX_ERROR) break;
  }
  return new Uint8Array(Buffer.concat(pieces).subarray(0, MAX_ERROR));
};

const checked = (text: string): string => {
  let others = 0;
  const walk = (value: unknown): boolean => {
    if (typeof value === "number") return Number.isFinite(value);
    others += 1;
    if (others > MAX_OTHERS) return false;
    // Of a long list, `Object.values` takes a microsecond a member.
    if (Array.isArray(value)) return value.every(walk);
    return value === null || typeof value !== "object" || Object.values(value).every(walk);
  };
  if (!walk(parsed(text))) throw garbage("more than vectors");
  return text;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw garbage("no JSON", error);
  }
};
