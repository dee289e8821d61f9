import type { Context } from "../context.ts";

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
