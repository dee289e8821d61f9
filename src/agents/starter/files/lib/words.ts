/** Counts what people call words, in any language. */
export const countWords = (text: string): number =>
  [...new Intl.Segmenter(undefined, { granularity: "word" }).segment(text)].filter(({ isWordLike }) => isWordLike)
    .length;
