import { UnreadableError } from "../domain/unreadable.ts";
import type { Reading } from "../reading/contract.ts";
import type { Page } from "./context.ts";
import type { AgentContext } from "./contract.ts";
import type { AgentParts } from "./parts.ts";

type Owner = Pick<AgentContext, "userId" | "signal">;

/** Fetches a page and reads it. */
export const readPage = async (
  url: string,
  { fetchPage, read }: Pick<AgentParts, "fetchPage" | "read">,
  { userId, signal }: Owner,
): Promise<Page> => {
  signal.throwIfAborted();
  const page = await fetchPage(url, { signal });
  const reading = await read(page, { userId, signal, baseUrl: page.url });
  return { ...reading, url: page.url, name: page.name };
};

/** Reads the file that came with the question. */
export const readFile = async (
  { read }: Pick<AgentParts, "read">,
  { userId, signal, file }: Owner & Pick<AgentContext, "file">,
): Promise<Reading> => {
  signal.throwIfAborted();
  if (file === null) throw new UnreadableError("empty", "No file came with the question.");
  return await read(file, { userId, signal, onTaken: file.release });
};
