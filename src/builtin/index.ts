import type { Extras } from "../extras.ts";
import { checkSolution } from "./maths/verify.ts";
import { builtinModel } from "./model/index.ts";
import { tableReader } from "./tables/table-workers.ts";
import { mathsTools } from "./tools/index.ts";

/** What the executable offers without a key: a rule-based model, its maths tools, and answers from tables. */
export const builtin: Extras = { model: builtinModel, tools: mathsTools, verify: checkSolution, tables: tableReader };
