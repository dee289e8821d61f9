import { slugOf } from "../../domain/slug.ts";
import { type Tag, TIL_BOUNDS, tagKey } from "../../domain/til.ts";
import type { SuggestedTag } from "../../domain/til-draft.ts";
import { unwrapText } from "./unwrap-text.ts";

const MOST = 5;
const LABELS = ["tags", "태그"];

/**
 * Returns the tags in a model's answer: at most 5, the user's existing ones first. Names are compared without case and
 * hyphens; a new name is in lower case and hyphenated.
 */
export const tagsIn = (answer: string, known: readonly Tag[]): readonly SuggestedTag[] => {
  const byName = new Map(known.map((tag) => [tagKey(tag.name), tag]));
  const bySlug = new Map(known.map((tag) => [slugOf(tag.name), tag]));
  const found = new Map<string, SuggestedTag>();
  for (const name of namesIn(answer)) {
    const slug = slugOf(name);
    const tag = byName.get(tagKey(name)) ?? bySlug.get(slug);
    if (tag !== undefined) found.set(tag.tagId, { id: tag.tagId, name: tag.name, slug: tag.slug, is_new: false });
    else if (slug !== "" && [...slug].length <= TIL_BOUNDS.tagName) {
      found.set(slug, { id: null, name: slug, slug, is_new: true });
    }
  }
  return [...found.values()].sort((one, other) => Number(one.is_new) - Number(other.is_new)).slice(0, MOST);
};

/** A name has at most this many words. With more it is a sentence, and the answer is not a list. */
const WORDS = 3;

/**
 * Reads a JSON list of names, or of objects with a name, ignoring text around it. Without one, splits the answer at
 * commas and line ends.
 */
const namesIn = (answer: string): readonly string[] => {
  const [from, to] = [answer.indexOf("["), answer.lastIndexOf("]")];
  const list = from >= 0 && to > from ? answer.slice(from, to + 1) : undefined;
  const parsed = list === undefined ? undefined : parse(list);
  if (Array.isArray(parsed)) return parsed.flatMap(nameOf);
  const names = (list ?? unwrapText(answer, LABELS))
    .split(/[,\n]/)
    .map((name) => name.replace(/^[\s\-*•#"'`[\d.]+|(?<![\s"'`*\].])[\s"'`*\].]+$/gu, ""));
  return names.every((name) => name.split(/\s+/).length <= WORDS) ? names : [];
};

const parse = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

const nameOf = (item: unknown): readonly string[] => {
  if (typeof item === "string") return [item.trim().replace(/^#/, "")];
  return typeof item === "object" && item !== null && "name" in item ? nameOf(item.name) : [];
};
