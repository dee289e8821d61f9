import type { Upload } from "../domain/document.ts";
import { titleLine } from "../domain/readable.ts";
import { beginning } from "../domain/text.ts";
import { ModelError } from "../models/contract.ts";
import type { EmbeddingModel, Vector } from "../models/embedding/contract.ts";
import type { Reading, TextChunk } from "../reading/contract.ts";
import type { NewChunk } from "../store/documents/contract.ts";
import { embeddedText } from "./embedded-text.ts";

/** Chunks that are embedded and written at a time: one call of most providers. */
const BATCH = 64;

/** Longer titles are cut, in characters. */
const MAX_TITLE = 300;

/** Bytes that are hashed before the event loop gets a turn: 1 or 2 ms. */
const BYTES_PER_TURN = 1024 * 1024;

/** Identifies a content, so that it is ingested once: SHA-256 of its bytes, in hex. */
export const contentHash = async ({ bytes }: Upload): Promise<string> => {
  const hasher = new Bun.CryptoHasher("sha256");
  for (let at = 0; at < bytes.length; at += BYTES_PER_TURN) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    hasher.update(bytes.subarray(at, at + BYTES_PER_TURN));
  }
  return hasher.digest("hex");
};

/**
 * Returns the caller's title, else the document's own, else its file's name without the folders; on one line,
 * normalized.
 */
export const titleOf = (givenTitle: string | null, reading: Pick<Reading, "title">, { name }: Upload): string => {
  const file = name.split(/[/\\]/).at(-1) ?? "";
  const title =
    [givenTitle, reading.title, file].map((text) => titleLine(text ?? "")).find((text) => text !== "") ?? "untitled";
  return beginning(title, MAX_TITLE);
};

/**
 * Yields the chunks in the store's form, embedded a batch at a time, when the store requests the next. With `embedding`
 * null they have no vectors; from the first batch on that cannot be embedded, neither. `failed` is called once then.
 */
export async function* chunksOf(
  title: string,
  chunks: readonly TextChunk[],
  embedding: EmbeddingModel | null,
  signal: AbortSignal,
  failed: (error: ModelError) => void,
): AsyncGenerator<readonly NewChunk[], void, void> {
  let model = embedding;
  for (let from = 0; from < chunks.length; from += BATCH) {
    const batch = chunks.slice(from, from + BATCH);
    const texts = batch.map((chunk) => embeddedText({ title, ...chunk }));
    let vectors: readonly Vector[] = [];
    try {
      if (model !== null) vectors = await model.embed(texts, "document", signal);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      failed(error);
      model = null;
    }
    signal.throwIfAborted();
    yield batch.map((chunk, at) => ({ ...chunk, vector: vectors[at] ?? null }));
  }
}
