import type { FetchPage } from "../../fetching/contract.ts";
import type { ReadUpload } from "../../reading/contract.ts";
import type { TilStore } from "../../store/notes/contract.ts";

/** The parts of the agent `til` besides a model. */
export interface TilParts {
  readonly read: ReadUpload;
  readonly fetchPage: FetchPage;
  readonly tils: Pick<TilStore, "highestDay" | "tags">;
}
