/**
 * Characters that join the one before them, and those that do so once they are normalized (half-width voiced marks).
 * Normalizing puts a sequence of them into canonical order by comparing each with all before it: 100,000 of two
 * alternating kinds take 14 seconds.
 */
const JOINING = "[\\p{M}\\uff9e\\uff9f]";
/** No script has more in a row (UAX #15 §13, "Stream-Safe Text Format"). */
const LONGEST_RUN = 30;
const FULL_RUN = new RegExp(`${JOINING}{${LONGEST_RUN}}(?=${JOINING})`, "gu");
/** Combining grapheme joiner: invisible, and no mark is ordered across it. */
const JOINER = "\u034f";

/**
 * Returns the text in one of Unicode's normal forms; all code here normalizes through this function. Sequences of marks
 * longer than any script has are split by U+034F, as UAX #15 specifies. That makes it linear in the text's length,
 * which `String.normalize` is not.
 */
export const normalized = (text: string, form: "NFC" | "NFKC" | "NFKD"): string =>
  text.replace(FULL_RUN, `$&${JOINER}`).normalize(form);
