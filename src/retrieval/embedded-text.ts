/** What a piece's vector is made of: where it stands, then what it says. Made alike when it comes in and by a reindexing. */
export const embeddedText = (piece: {
  readonly title: string;
  readonly headings: readonly string[];
  readonly content: string;
}): string => [...new Set([piece.title, ...piece.headings]), piece.content].join("\n");
