import type { Passage, Table } from "../domain/document.ts";
import type { System } from "../domain/system.ts";
import type { EmbeddingModel } from "../models/embedding/contract.ts";
import type { ReadUpload, SplitReading } from "../reading/contract.ts";
import type { DocumentStore, SearchCapabilities } from "../store/contract-documents.ts";
import type { Ingested, NewDocument, Query, Retrieval } from "./contract.ts";
import { chunksOf, contentHash, titleOf } from "./ingest.ts";

export interface RetrievalParts {
  readonly documents: DocumentStore;
  readonly embedding: EmbeddingModel;
  readonly read: ReadUpload;
  readonly split: SplitReading;
  readonly system: System;
}

/** Documents in the store, found by words and by the vectors of one embedding model. */
export class DocumentRetrieval implements Retrieval {
  #capabilities: Promise<SearchCapabilities> | undefined;

  constructor(private readonly parts: RetrievalParts) {}

  async search(userId: string, { text, collection, k }: Query, signal: AbortSignal): Promise<readonly Passage[]> {
    const { documents, embedding } = this.parts;
    const hasVectors = await this.#hasVectors();
    const [vector] = hasVectors && text.trim() !== "" ? await embedding.embed([text], "query", signal) : [];
    signal.throwIfAborted();
    const embedded = vector === undefined ? null : { model: embedding.id, vector, trust: embedding.trust };
    const found = await documents.search(userId, { text, embedding: embedded, collection, limit: k });
    // Something is always nearest; what has nothing at all to do with the question is no passage for it.
    const answering = found.filter(({ score }) => score > 0);
    return answering.map(({ documentId, title, content, metadata, score, table }) => ({
      documentId,
      title,
      content,
      metadata,
      score,
      table,
    }));
  }

  table(userId: string, documentId: string, maxRows: number): Promise<Table | null> {
    return this.parts.documents.table(userId, documentId, maxRows);
  }

  async ingest(userId: string, document: NewDocument, signal: AbortSignal): Promise<Ingested> {
    const { documents, embedding, read, split, system } = this.parts;
    const { collection, metadata, upload } = document;
    const hash = contentHash(upload);
    const known = await documents.find(userId, collection, hash);
    if (known !== null) return { document: known, isNew: false };
    const reading = await read(upload, { signal });
    const pieces = await split(reading, signal);
    const title = titleOf(document.title, reading, upload);
    const model = (await this.#hasVectors()) ? embedding : null;
    const draft = {
      documentId: system.id(),
      userId,
      collection,
      title,
      mediaType: reading.mediaType,
      metadata,
      contentHash: hash,
      columns: reading.table?.columns ?? null,
      model: model?.id ?? null,
      now: system.now(),
    };
    return await documents.put(draft, chunksOf(title, pieces, model, signal));
  }

  /** Asked once, until it fails: a database does not change what it can do while it is open. */
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
