import { type Static, Type } from "@sinclair/typebox";
import { Collection } from "./document.ts";

/** The options of a `rag` run besides its question. */
export const RagOptions = Type.Object({
  /** Passages to answer from, at most. */
  k: Type.Integer({ minimum: 1, maximum: 20 }),
  /** The only collection that is searched. */
  collection: Collection,
});
export type RagOptions = Static<typeof RagOptions>;
