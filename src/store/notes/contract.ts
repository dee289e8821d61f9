import type { Tag, Til } from "../../domain/til.ts";

/**
 * What users have learned (TILs) and their tags. A call never returns another user's: they are null, false or absent,
 * as if they had never existed. All text passes through `storable` before it is written.
 */
export interface TilStore {
  /**
   * Stores a TIL, all or nothing, and fills in what is missing. A slug that the user already has gets `-2`, `-3` …. A
   * missing day number becomes the highest ever assigned plus one; a given one is stored as it is. Saves of one user
   * wait for each other, so that no two get the same.
   */
  save(til: NewTil): Promise<Til>;
  get(userId: string, tilId: string): Promise<Til | null>;
  /**
   * Newest first, at most `limit`; fewer when a page of their contents is full (`fillsPage`). The next page begins
   * after the last TIL of this one.
   */
  list(userId: string, page: TilPage): Promise<readonly Til[]>;
  /** Deletes the TIL. Its tags stay, and its day number is not assigned again. False when there was none. */
  delete(userId: string, tilId: string): Promise<boolean>;
  /** The user's tags, the most used first, at most `limit`. */
  tags(userId: string, limit: number): Promise<readonly CountedTag[]>;
  /** The highest day number ever assigned or stored; 0 when there is none. */
  highestDay(userId: string): Promise<number>;
}

export interface NewTil extends Pick<Til, "tilId" | "userId" | "title" | "content" | "excerpt"> {
  /** The slug to use unless it is taken. */
  readonly slug: string;
  /** Null means the next one. */
  readonly dayNumber: number | null;
  /** Entries for the same tag, by id or by name, count once. */
  readonly tags: readonly NewTag[];
  readonly now: number;
}

export interface NewTag {
  /**
   * The id of one of the user's tags; it takes precedence over the name. When null, or not one of the user's, the name
   * decides.
   */
  readonly tagId: string | null;
  /** Compared case-insensitively. A tag that the user does not have is created with this name, `slug` and `newId`. */
  readonly name: string;
  readonly slug: string;
  readonly newId: string;
}

interface TilPage {
  readonly limit: number;
  /** The last TIL of the previous page; null for the first page. */
  readonly after: Pick<Til, "tilId" | "createdAt"> | null;
}

export interface CountedTag extends Tag {
  /** How many of the user's TILs have it. */
  readonly count: number;
}
