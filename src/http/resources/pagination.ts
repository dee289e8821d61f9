import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { isStorable } from "../../domain/text.ts";
import { inQuery } from "../openapi/parameters.ts";
import { flagIn } from "../request/flags.ts";
import { invalid } from "../request/validate.ts";

/** The requested part of a list. */
export interface PageRequest<Position> {
  readonly limit: number;
  /** The place of the previous page's last item; null for the first page. */
  readonly after: Position | null;
}

/** How many items a page has. */
interface PerPage {
  /** The default. */
  readonly defaultSize: number;
  readonly maxSize: number;
}

/** Reads the query's `limit`. Throws `invalid` unless it is 1 to `most`. */
export const limitIn = (request: Request, { defaultSize, maxSize }: PerPage): number => {
  const limit = new URL(request.url).searchParams.get("limit") ?? `${defaultSize}`;
  if (/^\d{1,9}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= maxSize) return Number(limit);
  throw invalid([{ path: "/limit", message: `must be a number from 1 to ${maxSize}` }]);
};

/**
 * Reads the query's `limit` and `cursor`. A cursor is what `cursorAt` made of a place that fits the schema, a tuple.
 * Throws `invalid` for a limit that is not 1 to `most`, and for a cursor that this list never returned.
 */
export const pageIn = <Position extends TSchema>(
  request: Request,
  place: Position,
  perPage: PerPage,
): PageRequest<Static<Position>> => {
  const cursor = new URL(request.url).searchParams.get("cursor");
  const after = cursor === null ? null : placeOf(cursor);
  if (after !== null && !Value.Check(place, after)) throw notOurs();
  return { limit: limitIn(request, perPage), after };
};

export const Before = Type.Integer({ minimum: 1 });

/** Reads the query's `before`, a message's seq; null when it is absent. Throws `invalid` when it is not a seq. */
export const beforeIn = (request: Request): number | null => {
  const before = new URL(request.url).searchParams.get("before");
  if (before === null) return null;
  if (/^\d{1,15}$/.test(before) && Number(before) >= 1) return Number(before);
  throw invalid([{ path: "/before", message: "must be the seq of a message" }]);
};

/** Whether the query asks for superseded turns as well. Throws `invalid`. */
export const supersededIn = (request: Request): boolean => flagIn(request, "superseded");

export const SUPERSEDED = inQuery(
  "superseded",
  "`true` or `1`: includes turns whose place another has taken.",
  Type.Boolean(),
);

/**
 * Splits a result with one item more than fits into the page and the cursor of the next; null when there is none.
 * `isFull`: the store may have ended the page early because of its size.
 */
export const pageOf = <Item>(
  found: readonly Item[],
  limit: number,
  placeOfItem: (item: Item) => readonly (number | string)[],
  isFull = false,
): { readonly items: readonly Item[]; readonly next: string | null } => {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: (isFull || found.length > limit) && last !== undefined ? cursorAt(placeOfItem(last)) : null };
};

const cursorAt = (place: readonly (number | string)[]): string =>
  Buffer.from(JSON.stringify(place)).toString("base64url");

const placeOf = (cursor: string): unknown => {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(place) && place.every((part) => typeof part !== "string" || isStorable(part))) return place;
  } catch {
    // Not a cursor either.
  }
  throw notOurs();
};

const notOurs = () => invalid([{ path: "/cursor", message: "must be a next_cursor that this list returned" }]);
