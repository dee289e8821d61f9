import { normalized } from "./normalized.ts";

/** A tag of a user's TILs. Names that differ in case alone are one tag. */
export interface Tag {
  readonly tagId: string;
  /** As it was first written. */
  readonly name: string;
  readonly slug: string;
}

/** Something that a user has learned ("today I learned"). */
export interface Til {
  readonly tilId: string;
  readonly userId: string;
  readonly title: string;
  /** Unique among the user's TILs. */
  readonly slug: string;
  /** Markdown. */
  readonly content: string;
  /** At most 500 characters; may be empty. */
  readonly excerpt: string;
  readonly dayNumber: number;
  /** In the order in which they were given. */
  readonly tags: readonly Tag[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Upper bounds of a TIL and its tags; lengths in code points. */
export const TIL_BOUNDS = {
  title: 200,
  content: 200_000,
  excerpt: 500,
  tags: 20,
  tagName: 50,
  /** A day number is at least 1. */
  dayNumber: 1_000_000,
} as const;

/**
 * Returns a name in the form in which names are compared: in one case and one Unicode form (NFKC), however it was
 * typed.
 */
export const tagKey = (name: string): string => normalized(name, "NFKC").toLowerCase().trim();
