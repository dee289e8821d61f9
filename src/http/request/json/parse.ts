import { RequestError } from "../../../domain/error.ts";
import { type Asker, PoolFullError, WorkerPool } from "../../../workers/worker-pool.ts";

export type ParseAnswer =
  | { readonly ok: true; readonly value: unknown }
  /** `isText` false: it is no UTF-8. */
  | { readonly ok: false; readonly isText: boolean };

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The JSON value of a body whose values have been counted. Throws `malformed_json`. */
export const parseHere = (bytes: Uint8Array): unknown => {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw notUtf8(cause);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notJson(cause);
  }
};

const entry = {
  source: new URL("./worker.ts", import.meta.url).href,
  embedded: "./http/request/json/worker.ts",
} as const;
const TIME_LIMIT_MS = 10_000;
const MIB = 1024 * 1024;
const errand = {
  totalMs: TIME_LIMIT_MS,
  silenceMs: TIME_LIMIT_MS,
  hear: (answer: ParseAnswer) => {
    if (answer.ok) return { value: answer.value };
    throw answer.isText ? notJson(undefined) : notUtf8(undefined);
  },
  late: () => new RequestError("payload_too_large", "The body takes too long to read: send less at once."),
};

let pool: WorkerPool<Uint8Array, ParseAnswer> | undefined;

/**
 * The same in a thread, for what is too large to be parsed between two other requests: 20 MiB of messages take 110 ms. Callers
 * take turns. Throws `malformed_json`, or `busy` when too much waits already.
 */
export const parseAside = async (bytes: Uint8Array, asker: Omit<Asker, "bytes">): Promise<unknown> => {
  pool ??= new WorkerPool(entry, {
    threads: 2,
    waiting: 64,
    waitingPerUser: 32,
    waitingBytes: 320 * MIB,
    waitingBytesPerUser: 160 * MIB,
  });
  try {
    return await pool.run(bytes, errand, { ...asker, bytes: bytes.length });
  } catch (error) {
    if (!(error instanceof PoolFullError)) throw error;
    throw new RequestError("busy", "Too many large bodies wait to be read. Try again shortly.", { retryAfter: 5 });
  }
};

const notUtf8 = (cause: unknown) => new RequestError("malformed_json", "The body is not valid UTF-8.", { cause });
const notJson = (cause: unknown) => new RequestError("malformed_json", "The body is not valid JSON.", { cause });
