import type { Extras } from "../extras.ts";
import { checkSolution } from "./maths/verify.ts";
import { builtinModel } from "./model/index.ts";
import { tableReader } from "./tables/table-workers.ts";
import { mathsTools } from "./tools/index.ts";

/** What the executable can do without a key: a model of rules, the maths that it calls, and answers from tables. */
export const builtin: Extras = { model: builtinModel, tools: mathsTools, verify: checkSolution, tables: tableReader };
