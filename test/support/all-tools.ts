import { mathsTools } from "../../src/builtin/tools/index.ts";
import type { Tool } from "../../src/tools/contract.ts";
import { toolsFrom } from "../../src/tools/index.ts";

const never = (): never => {
  throw new Error("nothing is fetched here");
};

/** All tools of the executable. */
export const allTools = (): readonly Tool[] => [
  ...mathsTools(),
  ...toolsFrom({ workers: 2, search: async () => [], readPage: never }),
];
