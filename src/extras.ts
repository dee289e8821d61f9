import type { Model } from "./models/contract.ts";
import type { TableReader } from "./services/chat/tables.ts";
import type { VerifySolution } from "./services/solve/parts.ts";
import type { Tool } from "./tools/contract.ts";

/** What a service adds that brings a model of its own; `workers` is how many threads each of its pools has at most. */
export interface Extras {
  /** What `MODEL=builtin` names. */
  model(): Model;
  tools(workers: number): readonly Tool[];
  readonly verify: VerifySolution;
  tables(workers: number): TableReader;
}
