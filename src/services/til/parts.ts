import type { TilStore } from "../../store/notes/contract.ts";

/** What `til` needs besides a model: the user's notes, which count its days and know its tags. */
export interface TilParts {
  readonly tils: Pick<TilStore, "highestDay" | "tags">;
}
