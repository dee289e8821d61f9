import type { IncomingMessage } from "node:http";
import { type UnreadableCode, UnreadableError } from "../domain/unreadable.ts";
import { bytesOf, type ContentBounds, mediaTypeOf } from "./content.ts";
import type { FetchedPage } from "./contract.ts";
import { PUBLIC_WEB, type Reach } from "./reach.ts";
import { get } from "./request.ts";
import { targetOf } from "./target.ts";

export interface FetchBounds extends ContentBounds {
  /** For everything: name lookups, redirects, head and body. */
  readonly milliseconds: number;
  readonly redirects: number;
}

/** 10 s, 5 MiB sent, 10 MiB decompressed. */
const BOUNDS: FetchBounds = { milliseconds: 10_000, redirects: 5, sent: 5 * 1024 ** 2, whole: 10 * 1024 ** 2 };

/**
 * Fetches a page for a user, who could be anyone and request anything. Only what everyone on the public internet can
 * see is fetched (`reach.ts`, `target.ts`), and each redirect is checked as if the user had requested it. The request
 * reveals nothing of this service but the user agent `Yeoul`: no cookie, no referrer, no credentials.
 *
 *     const page = await fetchPage("https://example.com/post", { signal });
 *     const { title, text } = await readUpload(page, { signal, baseUrl: page.url });
 *
 * Throws an UnreadableError with a message for the user, or the signal's reason, and closes the connection. `reach` and
 * `bounds` are for tests.
 */
export const fetchPage = async (
  url: string,
  { signal, reach = PUBLIC_WEB, bounds = BOUNDS }: { signal: AbortSignal; reach?: Reach; bounds?: FetchBounds },
): Promise<FetchedPage> => {
  // Aborted when the call returns or throws, so that no connection outlives it.
  const over = new AbortController();
  const late = AbortSignal.timeout(bounds.milliseconds);
  const bound = AbortSignal.any([signal, late, over.signal]);
  try {
    const { found, response } = await follow(url, reach, bounds.redirects, bound);
    const mediaType = mediaTypeOf(response);
    return { url: found.href, name: nameOf(found), mediaType, bytes: await bytesOf(response, bounds) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (late.aborted) throw new UnreadableError("unreachable", "The page took too long to arrive.");
    throw error instanceof UnreadableError ? error : unreadableErrorOf(error);
  } finally {
    over.abort();
  }
};

interface Found {
  readonly found: URL;
  readonly response: IncomingMessage;
}

/** Follows at most `redirects` redirects until a 200. */
const follow = async (start: string, reach: Reach, redirects: number, signal: AbortSignal): Promise<Found> => {
  let location = start;
  let base: URL | null = null;
  for (let hop = 0; hop <= redirects; hop++) {
    const { found, response }: Found = await look(location, base, reach, signal);
    const next = redirectOf(response);
    if (next === null) return { found, response };
    response.destroy();
    location = next;
    base = found;
  }
  throw new UnreadableError("unreachable", "The page has too many redirects.");
};

const look = async (location: string, base: URL | null, reach: Reach, signal: AbortSignal): Promise<Found> => {
  try {
    const found = targetOf(location, base, reach);
    return { found, response: await get(found, reach, signal) };
  } catch (error) {
    if (base === null || !(error instanceof UnreadableError)) throw error;
    throw new UnreadableError(error.code, `The page redirects to a URL that cannot be fetched. ${error.message}`);
  }
};

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Returns the target of a redirect. Null when the response is a page. */
const redirectOf = ({ statusCode = 0, headers: { location } }: IncomingMessage): string | null => {
  if (statusCode === 200) return null;
  if (!REDIRECTS.has(statusCode) || location === undefined) {
    throw new UnreadableError("unreachable", `The page's server answered with ${statusCode} instead of a page.`);
  }
  // Many servers send raw UTF-8, and Node reads a head as Latin-1.
  return Buffer.from(location, "latin1").toString();
};

/** Without control characters, which a path may hold and a database may not. */
const nameOf = ({ pathname, hostname }: URL): string => {
  const last = pathname.split("/").findLast((part) => part !== "") ?? hostname;
  try {
    return decodeURIComponent(last).replace(/\p{Cc}/gu, "");
  } catch {
    return last;
  }
};

/** Node's error text goes to the logger; people get a message that they can act on. */
const TROUBLES: readonly (readonly [code: RegExp, error: UnreadableCode, message: string])[] = [
  [/^(?:ENOTFOUND|EAI_)/, "unreachable", "The name of the page's host is not known."],
  [/CERT|TLS|SSL|^UNABLE_TO_/, "unreachable", "The page's server has no valid certificate."],
  // Brotli's codes are `ERR_` and a name of its own that starts with `_`.
  [/^(?:Z_|ERR__)/, "malformed", "The page's compression is broken."],
];

const unreadableErrorOf = (cause: unknown): UnreadableError => {
  const name = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const [, code, message] = TROUBLES.find(([pattern]) => pattern.test(name)) ?? [
    name,
    "unreachable",
    "The page's server could not be reached, or broke off.",
  ];
  return new UnreadableError(code, message, { cause });
};
