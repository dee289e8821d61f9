const segmenter = new Intl.Segmenter("ko", { granularity: "sentence" });

/**
 * A full stop after one of these ends no sentence, nor does one after a number at the sentence's beginning; the
 * segmenter gets both wrong.
 */
const NO_END =
  /(?:^|[\s(])(?:e\.g|i\.e|cf|vs|etc|approx|no|fig|vol|pp?|mr|mrs|ms|dr|prof|st)\.\s+$|^\s*\d{1,3}\.\s+$/iu;
/** The longest of those, with white space around it. */
const NO_END_LENGTH = 12;

/**
 * Splits a paragraph into sentences, Korean or English, each with the white space behind it: joined, they are the text.
 */
export const sentencesOf = (text: string): readonly string[] => {
  const sentences: string[] = [];
  let start = 0;
  for (const { index, segment } of segmenter.segment(text)) {
    const end = index + segment.length;
    if (NO_END.test(text.slice(Math.max(start, end - NO_END_LENGTH), end))) continue;
    sentences.push(text.slice(start, end));
    start = end;
  }
  return start === text.length ? sentences : [...sentences, text.slice(start)];
};
