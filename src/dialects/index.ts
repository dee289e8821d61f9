import { ask, askByQuery } from "./ask.ts";
import { chat } from "./chat.ts";
import type { Dialect } from "./contract.ts";
import { generate } from "./generate.ts";
import { native } from "./native.ts";
import { nativeRuns } from "./native-runs.ts";
import { rag } from "./rag.ts";
import { streamV2 } from "./stream-v2.ts";

/** Every wire that accepts questions. */
export const dialects: readonly Dialect[] = [streamV2, native, nativeRuns, ask, askByQuery, rag, chat, generate];
