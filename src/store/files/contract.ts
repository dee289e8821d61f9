import type { Upload } from "../../domain/document.ts";
import type { Fence } from "../log/contract.ts";

type RunKey = Pick<Fence, "threadKey" | "runId">;

/** Files that came with a run's request, for as long as another attempt at the run may need them. */
export interface FileStore {
  /** Stores the file of a run that is about to begin. */
  put(run: RunKey, file: Upload): Promise<void>;
  /** Null when there is none, or not all of it. */
  get(run: RunKey): Promise<Upload | null>;
  /** Removes it. Harmless when repeated. */
  remove(run: RunKey): Promise<void>;
  /**
   * Removes the files of runs that have ended or never began, `forMs` milliseconds after they came: at most `limit` rows.
   * Returns how many.
   */
  sweep(forMs: number, limit: number): Promise<number>;
}
