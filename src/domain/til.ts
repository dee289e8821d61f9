import { composed } from "./composed.ts";

/** What a user's TILs go by. Two names that differ in case alone are one tag. */
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
  /** Names it within the user's TILs. */
  readonly slug: string;
  /** Markdown. */
  readonly content: string;
  /** At most 500 characters; may be empty. */
  readonly excerpt: string;
  readonly dayNumber: number;
  /** In the order that they were given in. */
  readonly tags: readonly Tag[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** What a TIL and its tags may be at most; lengths in code points. */
export const TIL_BOUNDS = {
  title: 200,
  content: 200_000,
  excerpt: 500,
  tags: 20,
  tagName: 50,
  /** A day number is at least 1. */
  dayNumber: 1_000_000,
} as const;

/** A name as it is compared: without regard to case and to how it was typed (Unicode's form NFKC). */
export const tagKey = (name: string): string => composed(name, "NFKC").toLowerCase().trim();
