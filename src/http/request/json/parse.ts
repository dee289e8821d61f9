import { RequestError } from "../../../domain/error.ts";
import type { JobOwner } from "../../../workers/worker-pool.ts";
import { LargeBodies } from "../large-bodies.ts";

export type ParseAnswer =
  | { readonly ok: true; readonly value: unknown }
  /** `isText` false: the body is not UTF-8. */
  | { readonly ok: false; readonly isText: boolean };

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Parses the JSON value of a body whose values have been counted. Throws `malformed_json`. */
export const parseHere = (bytes: Uint8Array): unknown => {
  if (bytes.length === 0) throw new RequestError("malformed_json", "The body is empty.");
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
const onMessage = (answer: ParseAnswer) => {
  if (answer.ok) return { value: answer.value };
  throw answer.isText ? notJson(undefined) : notUtf8(undefined);
};
const threads = new LargeBodies<Uint8Array, ParseAnswer>(entry);

/**
 * The same in a worker thread, for bodies that are too large to be parsed between two requests: 20 MiB of messages take
 * 110 ms. The bytes are transferred. Throws `malformed_json`, or `busy` when too many requests wait.
 */
export const parseAside = (
  bytes: Uint8Array<ArrayBuffer>,
  owner: Pick<JobOwner, "userId" | "signal">,
): Promise<unknown> => threads.run(bytes, bytes, onMessage, owner);

const notUtf8 = (cause: unknown) => new RequestError("malformed_json", "The body is not valid UTF-8.", { cause });
const notJson = (cause: unknown) => new RequestError("malformed_json", "The body is not valid JSON.", { cause });
