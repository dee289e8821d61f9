import { sentencesOf } from "../domain/sentences.ts";
import type { Block } from "./blocks.ts";

const GRAPHEMES = new Intl.Segmenter("ko", { granularity: "grapheme" });

/**
 * Splits a block into units of at most `max` characters at the best places: not at all, else between sentences (prose)
 * or lines, and only as a last resort between graphemes. Joined, they are the block.
 */
export function* unitsOf(block: Block, max: number): Generator<string> {
  if (block.raw.length <= max) {
    yield block.raw;
    return;
  }
  for (const part of block.isProse ? sentencesOf(block.raw) : linesOf(block.raw)) {
    if (part.length <= max) yield part;
    else yield* finer(part, max, block.isProse);
  }
}

const finer = (part: string, max: number, isSentence: boolean): readonly string[] => {
  if (isSentence) return cut(part, max);
  return sentencesOf(part).flatMap((sentence) => (sentence.length <= max ? [sentence] : cut(sentence, max)));
};

function* linesOf(text: string): Generator<string> {
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf("\n", at) + 1 || text.length;
    yield text.slice(at, end);
    at = end;
  }
}

/**
 * Cuts after the last white space that fits, else after the last whole grapheme (a flag of two code points, a letter
 * with its accent).
 */
const cut = (text: string, max: number): readonly string[] => {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > max) {
    const space = rest.slice(0, max).search(/\s\S*$/) + 1;
    const at = space > max / 2 ? space : lastGrapheme(rest, max);
    parts.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...parts, rest];
};

/**
 * Returns the end of the last grapheme that ends within `max` characters. A longer grapheme is cut between code points.
 */
const lastGrapheme = (text: string, max: number): number => {
  const last = GRAPHEMES.segment(text.slice(0, max + MAX_GRAPHEME)).containing(max);
  if (last !== undefined && last.index > 0) return last.index;
  return isLowSurrogate(text.charCodeAt(max)) ? max - 1 : max;
};

/** Longer graphemes are marks piled up on one letter. */
const MAX_GRAPHEME = 64;

const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
