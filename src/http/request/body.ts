import { RequestError } from "../../domain/error.ts";
import { addBodyNames, fairnessKeyOf } from "../identity/access-control.ts";
import { type BodyAccount, BodyBudget, FREE_BYTES } from "./body-budget.ts";
import { BodyTurns } from "./body-turns.ts";
import { bodyHash, setBodyDigest } from "./digest.ts";
import { BodyCounter } from "./json/bounds.ts";
import { parseAside, parseHere } from "./json/parse.ts";
import { ReceivedBytes } from "./received-bytes.ts";

/** The maximum size of a JSON body, in bytes. Endpoints that accept more parse it in a worker thread. */
const MAX_BODY_BYTES = 1024 * 1024;
/** How many milliseconds a whole JSON body may take to arrive: a client may be slow, but not forever. */
const BODY_TIMEOUT_MS = 30_000;
/** The same for a body of more than 1 MiB. */
const LARGE_TIMEOUT_MS = 300_000;

const JSON_TYPE = /^application\/(?:[\w.+-]{1,100}\+)?json\s*(?:;|$)/i;

/** The budget of all bodies that this process receives. */
const budget = new BodyBudget();
const turns = new BodyTurns();

const mebibytes = (bytes: number): string => `${bytes / 1024 / 1024} MiB`;

/** A received body. It counts against the budget until its account is closed by its consumer. */
export interface Received<T> {
  readonly body: T;
  readonly account: BodyAccount;
}

/** Passes the request's JSON value to `use`, and closes its account when `use` has settled. Throws as `receiveJson`. */
export const withJson = async <T>(request: Request, use: (body: unknown) => T | Promise<T>): Promise<T> => {
  const { body, account } = await receiveJson(request);
  try {
    return await use(body);
  } finally {
    account.close();
  }
};

/**
 * Reads the request's JSON value. Its values are counted before it is parsed. Throws `unsupported_media_type`,
 * `payload_too_large`, `malformed_json` or `busy`.
 */
export const receiveJson = async (request: Request, maxBytes = MAX_BODY_BYTES): Promise<Received<unknown>> => {
  if (!JSON_TYPE.test(request.headers.get("content-type") ?? "")) {
    throw new RequestError("unsupported_media_type", "Send the body as JSON, with content-type: application/json.");
  }
  const timeoutMs = maxBytes > MAX_BODY_BYTES ? LARGE_TIMEOUT_MS : BODY_TIMEOUT_MS;
  const counter = new BodyCounter();
  const hash = bodyHash(request);
  const onChunk = (chunk: Uint8Array) => {
    hash?.update(chunk);
    return counter.push(chunk);
  };
  const { body: bytes, account } = await receiveBytes(request, { maxBytes, timeoutMs, onChunk });
  try {
    counter.end();
    setBodyDigest(request, hash);
    const body =
      bytes.length <= MAX_BODY_BYTES
        ? parseHere(bytes)
        : await parseAside(bytes, { userId: fairnessKeyOf(request), signal: request.signal });
    addBodyNames(request, body);
    return { body, account };
  } catch (error) {
    account.close();
    throw error;
  }
};

/** How much of a body is read, and for how long. */
export interface BodyBounds {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** The message of `payload_too_large`. By default it names the body and its limit. */
  readonly tooLarge?: string;
  /** Called with each chunk as it arrives, and awaited. An error it throws ends the reading. */
  readonly onChunk?: (chunk: Uint8Array) => Promise<void>;
}

/**
 * Reads a request's whole body. Counts while it reads: a declared length may be missing or wrong. Throws
 * `payload_too_large`, `timeout`, `busy` when too much is being received already, `unsupported_media_type` for a
 * compressed body (a small one may unfold to any size), or `malformed_request`.
 */
export const receiveBytes = async (
  request: Request,
  bounds: BodyBounds,
): Promise<Received<Uint8Array<ArrayBuffer>>> => {
  const { maxBytes, timeoutMs, tooLarge = `The body is larger than ${mebibytes(maxBytes)}.`, onChunk } = bounds;
  if (!/^\s*(?:identity\s*)?$/i.test(request.headers.get("content-encoding") ?? "")) {
    throw new RequestError("unsupported_media_type", "Send the body uncompressed, without content-encoding.");
  }
  const declared = Number(request.headers.get("content-length") ?? Number.NaN);
  if (declared > maxBytes) throw new RequestError("payload_too_large", tooLarge);
  const received = new ReceivedBytes(declared >= 0 ? declared : maxBytes);
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new RequestError("timeout", "The body did not arrive in time.")), timeoutMs);
  const isSmall = declared <= FREE_BYTES && !request.headers.has("transfer-encoding");
  const account = budget.open(fairnessKeyOf(request));
  const reader = isSmall ? undefined : request.body?.getReader();
  try {
    if (isSmall) {
      // It is no longer than it declares (RFC 9112 §6.3); a stream's reader costs 40 µs.
      const whole = new Uint8Array(await Promise.race([request.arrayBuffer(), timeout]));
      await onChunk?.(whole);
      return { body: whole, account };
    }
    for (;;) {
      const step = await Promise.race([reader?.read(), timeout]);
      if (step === undefined || step.done) break;
      if (received.size + step.value.byteLength > maxBytes) throw new RequestError("payload_too_large", tooLarge);
      account.add(step.value.byteLength);
      await onChunk?.(step.value);
      const { byteLength } = step.value;
      received.push(step.value);
      if (received.size > FREE_BYTES) await turns.take(byteLength);
    }
    return { body: received.take(), account };
  } catch (cause) {
    account.close();
    received.drop();
    if (cause instanceof RequestError) throw cause;
    // The client is gone, so nobody reads this error.
    throw new RequestError("malformed_request", "The body ended before it was complete.", { cause });
  } finally {
    clearTimeout(timer);
    // The rest is not needed, and may be endless.
    void reader?.cancel().catch(() => {});
  }
};
