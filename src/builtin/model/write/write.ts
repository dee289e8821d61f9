import { beginning } from "../../../domain/text.ts";
import type { Writing } from "../../../models/writing.ts";
import { keywordsOf, stemOf, tellingTerms } from "./keywords.ts";
import { contentOf, noteOf } from "./note.ts";
import { plain, type Section, sectionsOf } from "./sections.ts";
import { best, rankedStatements } from "./statements.ts";

/** The part of a text that is read, in UTF-16 units. */
const MAX_TEXT = 40_000;
/** The most of a title that is made from a sentence, in code points. */
const TITLE = 60;
/** The most of a note that is the text itself, in code points. */
const BARE_NOTE = 2_000;
/** The most of an excerpt that is the text itself, in code points. */
const BARE_EXCERPT = 200;
const SENTENCES = 2;
const TAGS = 5;

/**
 * Writes by extraction: the most central statements of the text, its headings, its code and its most frequent words,
 * all verbatim. A pure function of its input, in Korean and English.
 */
export const write = ({ form, language, text, knownTags }: Writing): string => {
  const sections = sectionsOf(text.slice(0, MAX_TEXT).replaceAll("\r\n", "\n"));
  // A text without statements, such as a formula or a list of numbers, is its own note, title and excerpt.
  const bare = (characters: number) => beginning(text.trim(), characters);
  if (form === "note") return noteOf(sections, language) || bare(BARE_NOTE);
  const content = contentOf(sections);
  if (form === "title") return titleOf(content) || bare(TITLE);
  return form === "excerpt" ? excerptOf(content) || bare(BARE_EXCERPT) : JSON.stringify(tagsOf(content, knownTags));
};

/** Returns the heading that the text begins with, or else its highest-ranked statement, shortened. */
const titleOf = (sections: readonly Section[]): string => {
  const [first] = sections;
  if (first !== undefined && first.heading !== "") return first.heading;
  const [gist] = best(rankedStatements(sections), 1);
  return shortened(plain(gist?.text ?? "").replace(/[.。!…]+$/u, ""));
};

const shortened = (sentence: string): string => {
  const letters = [...sentence];
  if (letters.length <= TITLE) return sentence;
  const start = letters.slice(0, TITLE).join("");
  return `${start.slice(0, start.lastIndexOf(" ") + 1 || start.length).replace(/[\s,;:]+$/u, "")}…`;
};

const excerptOf = (sections: readonly Section[]): string =>
  best(rankedStatements(sections), SENTENCES)
    .map(({ text }) => plain(text))
    .map((sentence) => (/[.!?。…]["'”’)\]]*$/u.test(sentence) ? sentence : `${sentence}.`))
    .join(" ");

/**
 * Returns known tags first, those whose words all occur in the text, longer names before shorter ones since they are
 * more specific.
 */
const tagsOf = (sections: readonly Section[], known: readonly string[]): readonly string[] => {
  const texts = sections.flatMap(({ heading, statements }) => [heading, ...statements]);
  const stems = new Set(texts.flatMap(stemsOf));
  const fitting = known
    .filter((name) => stemsOf(name).length > 0 && stemsOf(name).every((stem) => stems.has(stem)))
    .sort((one, other) => stemsOf(other).length - stemsOf(one).length);
  const named = new Set(fitting.flatMap(stemsOf));
  const fresh = keywordsOf(sections, 2 * TAGS).filter((name) => !stemsOf(name).every((stem) => named.has(stem)));
  return [...fitting, ...fresh].slice(0, TAGS);
};

const stemsOf = (text: string): readonly string[] => tellingTerms(text).map(stemOf);
