import type { IncomingMessage } from "node:http";
import type { Upload } from "../domain/document.ts";
import { type UnreadableCode, UnreadableError } from "../domain/unreadable.ts";
import { bytesOf, type ContentBounds, mediaTypeOf } from "./content.ts";
import { PUBLIC_WEB, type Reach } from "./reach.ts";
import { get } from "./request.ts";
import { targetOf } from "./target.ts";

/** A page as it came: `name` is the last part of its path, or its host; `mediaType` holds the charset where one is told. */
export interface Page extends Upload {
  /** Where it was found after redirects; relative links are relative to this. */
  readonly url: string;
}

export interface FetchBounds extends ContentBounds {
  /** For all of it: names, redirects, head and body. */
  readonly milliseconds: number;
  readonly redirects: number;
}

/** 10 s, 5 MiB sent, 10 MiB whole. */
const BOUNDS: FetchBounds = { milliseconds: 10_000, redirects: 5, sent: 5 * 1024 ** 2, whole: 10 * 1024 ** 2 };

/**
 * Fetches a page for a user, who could be anybody and ask for anything: only what anybody on the public internet can see is
 * fetched (`reach.ts`, `target.ts`), each redirect is looked at as if it had been asked for, and nothing is told of this
 * service but the user agent `Yeoul`: no cookie, no referrer, no credentials.
 *
 *     const page = await fetchPage("https://example.com/post", { signal });
 *     const { title, text } = await readUpload(page, { signal, baseUrl: page.url });
 *
 * Throws an UnreadableError with a message for the user, or the signal's reason; the connection is closed then. `reach` and
 * `bounds` are for tests.
 */
export const fetchPage = async (
  url: string,
  { signal, reach = PUBLIC_WEB, bounds = BOUNDS }: { signal: AbortSignal; reach?: Reach; bounds?: FetchBounds },
): Promise<Page> => {
  // Ends with the call whatever becomes of it, so that no connection outlives it.
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
    throw error instanceof UnreadableError ? error : troubleOf(error);
  } finally {
    over.abort();
  }
};

interface Found {
  readonly found: URL;
  readonly response: IncomingMessage;
}

/** A 200, at the end of at most so many redirects. */
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
  throw new UnreadableError("unreachable", "The page redirects too often.");
};

const look = async (location: string, base: URL | null, reach: Reach, signal: AbortSignal): Promise<Found> => {
  try {
    const found = targetOf(location, base, reach);
    return { found, response: await get(found, reach, signal) };
  } catch (error) {
    if (base === null || !(error instanceof UnreadableError)) throw error;
    throw new UnreadableError(error.code, `The page redirects to another. ${error.message}`);
  }
};

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Where the answer leads on to. Null: it is a page. */
const redirectOf = ({ statusCode = 0, headers: { location } }: IncomingMessage): string | null => {
  if (statusCode === 200) return null;
  if (!REDIRECTS.has(statusCode) || location === undefined) {
    throw new UnreadableError("unreachable", `The page's server answered with ${statusCode} instead of a page.`);
  }
  // Many servers send UTF-8 as it is, and Node reads a head as Latin-1.
  return Buffer.from(location, "latin1").toString();
};

/** Without control characters, which a path may well hold and a database may not. */
const nameOf = ({ pathname, hostname }: URL): string => {
  const last = pathname.split("/").findLast((part) => part !== "") ?? hostname;
  try {
    return decodeURIComponent(last).replace(/\p{Cc}/gu, "");
  } catch {
    return last;
  }
};

/** What Node calls the trouble is for the log; people are told what they can do something about. */
const TROUBLES: readonly (readonly [code: RegExp, error: UnreadableCode, message: string])[] = [
  [/^(?:ENOTFOUND|EAI_)/, "unreachable", "The name of the page's host is not known."],
  [/CERT|TLS|SSL|^UNABLE_TO_/, "unreachable", "The page's server has no valid certificate."],
  // Brotli's codes are `ERR_` and a name of its own that starts with `_`.
  [/^(?:Z_|ERR__)/, "malformed", "The page's compression is broken."],
];

const troubleOf = (cause: unknown): UnreadableError => {
  const name = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const [, code, message] = TROUBLES.find(([pattern]) => pattern.test(name)) ?? [
    name,
    "unreachable",
    "The page's server could not be reached, or broke off.",
  ];
  return new UnreadableError(code, message, { cause });
};
