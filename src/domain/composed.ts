/**
 * Characters that join the one before them, and those that do so once they are normalized (half-width voiced marks). A run of
 * them is put into its canonical order by comparing each with all before it: 100,000 in turns of two kinds take 14 seconds.
 */
const JOINING = "[\\p{M}\\uff9e\\uff9f]";
/** No writing has more in a row (UAX #15 §13, "Stream-Safe Text Format"). */
const LONGEST_RUN = 30;
const FULL_RUN = new RegExp(`${JOINING}{${LONGEST_RUN}}(?=${JOINING})`, "gu");
/** Combining grapheme joiner: it is not seen, and nothing is ordered across it. */
const JOINER = "\u034f";

/**
 * A text in one of Unicode's normal forms; the only way to have it here. Longer runs of marks than any writing has are parted by
 * U+034F, as UAX #15 has it: that makes it linear in the text's length, which `String.normalize` is not.
 */
export const composed = (text: string, form: "NFC" | "NFKC" | "NFKD"): string =>
  text.replace(FULL_RUN, `$&${JOINER}`).normalize(form);
