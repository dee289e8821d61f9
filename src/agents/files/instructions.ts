import type { Context } from "../context.ts";
import { nearest } from "./nearest.ts";
import type { PlacedMistake } from "./yaml-fields.ts";

type Known = Pick<Context, "userId" | "locale" | "system">;

const FILLED_IN: Readonly<Record<string, (context: Known) => string>> = {
  user_id: ({ userId }) => userId.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, " "),
  // The day in UTC: users are in several zones, and the service knows none of them.
  date: ({ system }) => new Date(system.now()).toISOString().slice(0, "2026-11-27".length),
  locale: ({ locale }) => locale,
};

const PLACE = /\{\{(user_id|date|locale)\}\}/g;

/**
 * Fills in `{{user_id}}`, `{{date}}` and `{{locale}}`, and nothing else. What is filled in is not read again and stays
 * within its line: a user id is text from outside.
 */
export const instructionsFor = (text: string, context: Known): string =>
  text.replace(PLACE, (place, name: string) => FILLED_IN[name]?.(context) ?? place);

const NAMES = Object.keys(FILLED_IN);
const LIKE_A_PLACE = /\{\{\s*([\w.-]{1,64})\s*\}\}/g;

/**
 * What looks like a place to fill in and is none, with its line; `firstLine` is that of the text. It is no mistake:
 * instructions may speak of templates.
 */
export const unfilledIn = (text: string, firstLine: number): readonly PlacedMistake[] =>
  text.split("\n").flatMap((line, at) =>
    [...line.matchAll(LIKE_A_PLACE)].flatMap(([place, name = ""]) => {
      if (place === `{{${name}}}` && Object.hasOwn(FILLED_IN, name)) return [];
      const meant = nearest(name, NAMES);
      const remedy = meant === null ? `there are ${NAMES.map(written).join(", ")}` : `did you mean ${written(meant)}?`;
      return [{ line: firstLine + at, field: null, message: `has ${place}, which is not filled in: ${remedy}` }];
    }),
  );

const written = (name: string): string => `{{${name}}}`;
