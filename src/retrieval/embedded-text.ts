/**
 * Returns the text that a chunk's vector is made from: its place, then its content. Ingestion and reindexing both use
 * it.
 */
export const embeddedText = (piece: {
  readonly title: string;
  readonly headings: readonly string[];
  readonly content: string;
}): string => [...new Set([piece.title, ...piece.headings]), piece.content].join("\n");
