import { mathsTools } from "../../src/builtin/tools/index.ts";
import type { Tool } from "../../src/tools/contract.ts";
import { toolsFrom } from "../../src/tools/index.ts";

/** Every tool that the executable brings along. */
export const allTools = (): readonly Tool[] => [...mathsTools(), ...toolsFrom({ workers: 2 })];
