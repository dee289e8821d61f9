import { UnreadableError } from "../../src/domain/unreadable.ts";
import type { FetchedPage } from "../../src/fetching/contract.ts";
import { type FetchBounds, fetchPage } from "../../src/fetching/fetch-page.ts";
import type { Reach } from "../../src/fetching/reach.ts";
import { loopbackReach } from "./loopback-reach.ts";
import { type Answer, type PageServer, pageServer } from "./page-server.ts";

const BOUNDS: FetchBounds = { milliseconds: 5_000, redirects: 5, sent: 1_000_000, whole: 2_000_000 };

interface FetchOptions {
  readonly reach?: Reach;
  readonly bounds?: Partial<FetchBounds>;
  readonly signal?: AbortSignal;
  readonly host?: string;
  readonly scheme?: string;
}

/** Fetches from a test server, as `pages.example.com` by default, with limits of a megabyte and a few seconds. */
export const fetched = ({ port }: PageServer, path: string, options: FetchOptions = {}): Promise<FetchedPage> =>
  fetchPage(`${options.scheme ?? "http"}://${options.host ?? "pages.example.com"}:${port}${path}`, {
    signal: options.signal ?? new AbortController().signal,
    reach: options.reach ?? loopbackReach(),
    bounds: { ...BOUNDS, ...options.bounds },
  });

/** Returns the user's error message when the fetch fails, as `code: message`. */
export const refusal = async (attempt: Promise<FetchedPage>): Promise<string> => {
  const error = await attempt.then(
    () => "nothing was refused",
    (reason: unknown) => reason,
  );
  return error instanceof UnreadableError ? `${error.code}: ${error.message}` : String(error);
};

/** Serves one page at `/`. */
export const serving = (answer: Answer): Promise<PageServer> => pageServer({ "/": answer });

export const textOf = ({ bytes }: FetchedPage): string => new TextDecoder().decode(bytes);
