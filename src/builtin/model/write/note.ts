import type { Locale } from "../../../domain/run.ts";
import { keywordsOf } from "./keywords.ts";
import type { Section } from "./sections.ts";
import { best, type Ranked, rankedStatements } from "./statements.ts";

/** The most that a note takes from its source. */
const SECTIONS = 8;
const POINTS = 6;
const POINTS_OF_EACH = 3;
const CODE_LINES = 30;
const KEYWORDS = 8;

const POINTS_TITLE: Readonly<Record<Locale, string>> = { en: "Key points", ko: "핵심 내용" };
const KEYWORDS_TITLE: Readonly<Record<Locale, string>> = { en: "Keywords", ko: "핵심어" };

/**
 * Summarizes a text: its title, the highest-ranked statement, the best statements of each section with its first code
 * block, and keywords.
 */
export const noteOf = (sections: readonly Section[], language: Locale): string => {
  const statements = rankedStatements(sections);
  const [gist] = best(statements, 1);
  const title = sections[0]?.heading ?? "";
  const filled = sections.filter(({ statements, code }) => statements.length + code.length > 0);
  const points = filled.length > 1 ? POINTS_OF_EACH : POINTS;
  const rest = statements.filter((statement) => statement !== gist);
  const keywords = keywordsOf(sections, KEYWORDS);
  return [
    ...(title === "" ? [] : [`# ${title}`]),
    ...(gist === undefined ? [] : [gist.text]),
    ...filled.slice(0, SECTIONS).flatMap((section) => {
      const heading = section.heading === "" || section.heading === title ? POINTS_TITLE[language] : section.heading;
      return partOf(heading, section, best(rest.filter(isOf(section)), points));
    }),
    ...(keywords.length === 0 ? [] : [`## ${KEYWORDS_TITLE[language]}`, keywords.join(", ")]),
  ].join("\n\n");
};

/** Returns the sections of a note, by this model or another, without generic headings and without its keywords. */
export const contentOf = (sections: readonly Section[]): readonly Section[] =>
  sections
    .filter(({ heading }) => !Object.values(KEYWORDS_TITLE).includes(heading))
    .map((section) => (Object.values(POINTS_TITLE).includes(section.heading) ? { ...section, heading: "" } : section));

const isOf = (section: Section) => (statement: Ranked) => statement.section === section;

const partOf = (heading: string, { code }: Section, points: readonly Ranked[]): readonly string[] => {
  const example = code.find((block) => block.split("\n").length <= CODE_LINES);
  const list = points.map(({ text }) => `- ${text}`).join("\n");
  const parts = [...(list === "" ? [] : [list]), ...(example === undefined ? [] : [example])];
  return parts.length === 0 ? [] : [`## ${heading}`, ...parts];
};
