import type { Tag, Til } from "../../domain/til.ts";

/**
 * What users have learned, and the tags it goes by. Another user's are never seen: they are null, false or absent, just as
 * what never was. All text passes through `storable` on its way in.
 */
export interface TilStore {
  /**
   * Keeps a TIL, all or nothing, and gives it what is still missing. A slug that the user has already gets `-2`, `-3` …; a
   * missing day number is the highest that was ever given plus one, a given one is kept as it is. Saves of one user wait for
   * each other, so that no two are given the same.
   */
  save(til: NewTil): Promise<Til>;
  get(userId: string, tilId: string): Promise<Til | null>;
  /** Newest first, at most `limit`; fewer when a page of their contents is full (`fillsPage`). The next page begins after the last TIL of this one. */
  list(userId: string, page: TilPage): Promise<readonly Til[]>;
  /** Its tags stay, and its day number is not given again. False: there was none. */
  delete(userId: string, tilId: string): Promise<boolean>;
  /** The user's tags, the most used first, at most `limit`. */
  tags(userId: string, limit: number): Promise<readonly CountedTag[]>;
  /** The highest day number that was ever given or kept; 0: none. */
  highestDay(userId: string): Promise<number>;
}

export interface NewTil extends Pick<Til, "tilId" | "userId" | "title" | "content" | "excerpt"> {
  /** The one to have unless it is taken. */
  readonly slug: string;
  /** Null: the next one. */
  readonly dayNumber: number | null;
  /** Those that name one tag, by id or by name, count once. */
  readonly tags: readonly NewTag[];
  readonly now: number;
}

export interface NewTag {
  /** A tag of the user's that is meant, whatever the name. Null, or one that is not the user's: the name decides. */
  readonly tagId: string | null;
  /** Compared without regard to case; a tag that the user does not have is made, with this name, `slug` and `newId`. */
  readonly name: string;
  readonly slug: string;
  readonly newId: string;
}

interface TilPage {
  readonly limit: number;
  /** The last TIL of the page before; null for the first page. */
  readonly after: Pick<Til, "tilId" | "createdAt"> | null;
}

export interface CountedTag extends Tag {
  /** How many of the user's TILs go by it. */
  readonly count: number;
}
