/** Splits a text into deltas, each a word with the blanks before it. Concatenated they are the text. */
export const deltasOf = (text: string): string[] => text.match(/\s*[^\s]{1,24}|\s+/gu) ?? [];
