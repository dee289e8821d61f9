/**
 * Returns the text that a chunk's vector is made from: its place, then its content. Ingestion and reindexing both use
 * it.
 */
export const embeddedText = (chunk: {
  readonly title: string;
  readonly headings: readonly string[];
  readonly content: string;
}): string => [...new Set([chunk.title, ...chunk.headings]), chunk.content].join("\n");
