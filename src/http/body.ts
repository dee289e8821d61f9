import { RequestError } from "../domain/error.ts";
import { bodyWasRead } from "./identity/door.ts";

/** A JSON body's bound, in bytes. */
const MAX_BODY_BYTES = 1024 * 1024;
/** A whole JSON body must arrive within so many milliseconds: a client may be slow, but not for ever. */
const BODY_PATIENCE_MS = 30_000;

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

const mebibytes = (bytes: number): string => `${bytes / 1024 / 1024} MiB`;

/** The request's JSON value. Throws `unsupported_media_type`, `payload_too_large` or `malformed_json`. */
export const readJson = async (request: Request): Promise<unknown> => {
  if (!JSON_TYPE.test(request.headers.get("content-type") ?? "")) {
    throw new RequestError("unsupported_media_type", "Send the body as JSON, with content-type: application/json.");
  }
  const text = textOf(await readBytes(request, { maxBytes: MAX_BODY_BYTES, patienceMs: BODY_PATIENCE_MS }));
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    // Nesting past what the parser's stack holds ends up here too.
    throw new RequestError("malformed_json", "The body is not valid JSON.", { cause });
  }
  bodyWasRead(request, body);
  return body;
};

/** How much of a body is read, and for how long. */
export interface BodyBounds {
  readonly maxBytes: number;
  readonly patienceMs: number;
  /** What the caller is told is too large; the body and its bound unless told. */
  readonly tooLarge?: string;
}

/**
 * A request's whole body. Counts while it reads: a declared length may be missing or wrong. Throws `payload_too_large`,
 * `timeout`, `unsupported_media_type` for a compressed body (a small one may unfold to anything), `malformed_request`.
 */
export const readBytes = async (request: Request, bounds: BodyBounds): Promise<Buffer> => {
  const { maxBytes, patienceMs, tooLarge = `The body is larger than ${mebibytes(maxBytes)}.` } = bounds;
  if (!/^\s*(?:identity\s*)?$/i.test(request.headers.get("content-encoding") ?? "")) {
    throw new RequestError("unsupported_media_type", "Send the body as it is, without content-encoding.");
  }
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes)
    throw new RequestError("payload_too_large", tooLarge);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(reject, patienceMs, new RequestError("timeout", "The body did not arrive in time."));
  const reader = request.body?.getReader();
  try {
    for (;;) {
      const step = await Promise.race([reader?.read(), late]);
      if (step === undefined || step.done) break;
      size += step.value.byteLength;
      if (size > maxBytes) throw new RequestError("payload_too_large", tooLarge);
      chunks.push(step.value);
    }
  } catch (cause) {
    if (cause instanceof RequestError) throw cause;
    // Its client is gone, and with it whoever could read the refusal.
    throw new RequestError("malformed_request", "The body broke off.", { cause });
  } finally {
    clearTimeout(timer);
    // What is still to come is not wanted, and there may be no end of it.
    void reader?.cancel().catch(() => {});
  }
  return Buffer.concat(chunks);
};

const textOf = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new RequestError("malformed_json", "The body is not valid UTF-8.", { cause });
  }
};
