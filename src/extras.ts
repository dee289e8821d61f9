import type { Model } from "./models/contract.ts";
import type { TableReader } from "./services/chat/tables.ts";
import type { VerifySolution } from "./services/solve/state.ts";
import type { Tool } from "./tools/contract.ts";

/** The parts that a build with its own model adds. `workers` is the maximum number of threads in each of its pools. */
export interface Extras {
  /** Returns the model that `MODEL=builtin` names. */
  model(): Model;
  tools(workers: number): readonly Tool[];
  readonly verify: VerifySolution;
  tables(workers: number): TableReader;
}
