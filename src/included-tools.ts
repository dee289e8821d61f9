import type { Extras } from "./extras.ts";
import type { Tool } from "./tools/contract.ts";
import { type ToolParts, toolsFrom } from "./tools/index.ts";

/** Returns every tool that the executable includes. A tool starts nothing before it is called. */
export const includedTools = (extras: Extras | null, parts: ToolParts): readonly Tool[] => [
  ...(extras?.tools(parts.workers) ?? []),
  ...toolsFrom(parts),
];

/** Returns their names, which are known before there is anything that they could be called with. */
export const includedToolNames = (extras: Extras | null): readonly string[] =>
  includedTools(extras, { workers: 1, search: notCalled, readPage: notCalled }).map(({ name }) => name);

const notCalled = (): never => {
  throw new Error("a tool was called before the service was composed");
};
