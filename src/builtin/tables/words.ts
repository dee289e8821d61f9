import type { Locale } from "../../domain/run.ts";
import type { Measure } from "./aggregate.ts";
import type { Column } from "./column.ts";

const KO: Readonly<Record<Measure, string>> = { sum: "합계", average: "평균", median: "중앙값" };
const EN: Readonly<Record<Measure, string>> = { sum: "total", average: "average", median: "median" };

/** The name of a computed number. */
export const OF: Readonly<Record<Locale, (column: string, of: Measure) => string>> = {
  ko: (column, of) => `${column} ${KO[of]}`,
  en: (column, of) => `${EN[of]} ${column}`,
};

export const COUNT: Readonly<Record<Locale, string>> = { ko: "행 수", en: "rows" };

type Extreme = Readonly<Record<"max" | "min", string>>;

/** Returns the adjective for the end of a scale. */
export const extremeWord = ({ concepts }: Column, which: "max" | "min", locale: Locale): string => {
  const words: Readonly<Record<Locale, Extreme>> =
    concepts.has("stock") || concepts.has("sales") ? AMOUNT : concepts.has("price") ? LEVEL : SIZE;
  return words[locale][which];
};

const AMOUNT = { ko: { max: "가장 많은", min: "가장 적은" }, en: { max: "highest", min: "lowest" } };
const LEVEL = { ko: { max: "가장 높은", min: "가장 낮은" }, en: { max: "highest", min: "lowest" } };
const SIZE = { ko: { max: "가장 큰", min: "가장 작은" }, en: { max: "highest", min: "lowest" } };

/** Digits whose Korean name ends in a consonant: 영, 일, 삼, 육, 칠, 팔. */
const CLOSED_DIGIT = /[013678]$/;

/** The end of a word that is read, in UTF-16 units. */
const MAX_END = 100;

/**
 * Appends the particle that fits the word's last sound: 재고 + 은/는 → 재고는. The sound of anything but Hangul and digits is
 * unknown, so both are written: stock은(는).
 */
export const withParticle = (word: string, closed: string, open: string): string => {
  // Trailing brackets are not pronounced. Only the end is read, since a search for the closing bracket from each
  // opening one takes quadratic time.
  const spoken = word
    .slice(-MAX_END)
    .replace(/\s*[([{].*[)\]}]\s*$/u, "")
    .replace(/[^\p{L}\p{N}]+$/u, "");
  const last = spoken.charCodeAt(spoken.length - 1);
  const isHangul = last >= 0xac00 && last <= 0xd7a3;
  if (!isHangul && !/\d$/.test(spoken)) return `${word}${closed}(${open})`;
  const isClosed = isHangul ? (last - 0xac00) % 28 !== 0 : CLOSED_DIGIT.test(spoken);
  return word + (isClosed ? closed : open);
};
