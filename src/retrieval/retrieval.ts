import type { Passage, Table } from "../domain/document.ts";
import { titleLine } from "../domain/readable.ts";
import type { System } from "../domain/system.ts";
import { ModelError } from "../models/contract.ts";
import type { EmbeddingModel, Vector } from "../models/embedding/contract.ts";
import type { ReadUploadInChunks } from "../reading/contract.ts";
import type { DocumentStore, SearchCapabilities } from "../store/documents/contract.ts";
import type { Ingested, NewDocument, Query, Retrieval, RetrievalLogger } from "./contract.ts";
import { chunksOf, contentHash, titleOf } from "./ingest.ts";

/** How long a search waits for its question to be embedded, retries included. */
const QUERY_TIMEOUT_MS = 2_500;

export interface RetrievalParts {
  readonly documents: DocumentStore;
  readonly embedding: EmbeddingModel;
  readonly readChunks: ReadUploadInChunks;
  readonly system: System;
  readonly logger: RetrievalLogger;
}

/** Documents in the store, found by full text and by the vectors of one embedding model. */
export class DocumentRetrieval implements Retrieval {
  #capabilities: Promise<SearchCapabilities> | undefined;

  constructor(private readonly parts: RetrievalParts) {}

  async search(userId: string, { text, collection, k }: Query, signal: AbortSignal): Promise<readonly Passage[]> {
    const { documents, embedding } = this.parts;
    const vector = text.trim() !== "" && (await this.#hasVectors()) ? await this.#vectorOf(text, signal) : undefined;
    signal.throwIfAborted();
    const embedded = vector === undefined ? null : { model: embedding.id, vector, trust: embedding.trust };
    const search = (one: string | null) =>
      documents.search(userId, { text, embedding: embedded, collection: one, limit: k });
    const found =
      collection === null || typeof collection === "string"
        ? await search(collection)
        : (await Promise.all(collection.map(search)))
            .flat()
            .sort((one, other) => other.score - one.score)
            .slice(0, k);
    // Some chunk is always nearest; one without any relation to the question is not a passage for it.
    const answering = found.filter(({ score }) => score > 0);
    return answering.map(({ documentId, title, content, metadata, score, table }) => ({
      documentId,
      // Stored titles may be older than the rule that they are one line: a line break would forge a citation.
      title: titleLine(title),
      content,
      metadata,
      score,
      table,
    }));
  }

  table(userId: string, documentId: string, maxRows: number): Promise<Table | null> {
    return this.parts.documents.table(userId, documentId, maxRows);
  }

  embedded(userId: string, documentIds: readonly string[]): Promise<ReadonlySet<string>> {
    const { documents, embedding } = this.parts;
    return documents.embedded(userId, documentIds, embedding.id);
  }

  async ingest(
    userId: string,
    document: NewDocument,
    signal: AbortSignal,
    onTaken: () => void = () => {},
  ): Promise<Ingested> {
    const { documents, embedding, readChunks, system, logger } = this.parts;
    const { collection, metadata, upload } = document;
    const hash = await contentHash(upload);
    const known = await documents.find(userId, collection, hash);
    if (known !== null) return { document: known, isNew: false };
    const reading = await readChunks(upload, { userId, signal, onTaken });
    const title = titleOf(document.title, reading, upload);
    const model = (await this.#hasVectors()) ? embedding : null;
    const documentId = system.id();
    const failed = (error: ModelError) => logger.notEmbedded(documentId, error);
    const draft = {
      documentId,
      userId,
      collection,
      title,
      mediaType: reading.mediaType,
      metadata,
      contentHash: hash,
      columns: reading.columns,
      model: model?.id ?? null,
      now: system.now(),
    };
    return await documents.put(draft, chunksOf(title, reading.chunks, model, signal, failed));
  }

  /** Undefined when the model does not answer soon enough; full text finds most passages without it. */
  async #vectorOf(text: string, signal: AbortSignal): Promise<Vector | undefined> {
    const timeout = AbortSignal.timeout(QUERY_TIMEOUT_MS);
    try {
      const [vector] = await this.parts.embedding.embed([text], "query", AbortSignal.any([signal, timeout]));
      return vector;
    } catch (error) {
      if (signal.aborted || !(timeout.aborted || error instanceof ModelError)) throw error;
      return undefined;
    }
  }

  /** Requested once, until it fails: an open database does not change its capabilities. */
  async #hasVectors(): Promise<boolean> {
    this.#capabilities ??= this.parts.documents.capabilities();
    try {
      return (await this.#capabilities).vectors;
    } catch (error) {
      this.#capabilities = undefined;
      throw error;
    }
  }
}
