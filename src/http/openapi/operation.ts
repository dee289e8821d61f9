import type { TSchema } from "@sinclair/typebox";
import type { FrameGuide } from "../../dialects/guide.ts";
import type { RequestErrorCode } from "../../domain/error.ts";
import type { Passage } from "../identity/access.ts";

/** Endpoints that belong together: a heading on the page. */
export interface Tag {
  readonly name: string;
  readonly description: string;
}

export interface Parameter {
  readonly in: "path" | "query" | "header";
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
  readonly schema: TSchema;
}

/** What an endpoint answers when all is well. */
export type Reply = { readonly description: string } & (
  | { readonly kind: "empty" }
  | { readonly kind: "json"; readonly schema: TSchema }
  | { readonly kind: "bytes"; readonly mediaType: string }
  /** `wire` goes in front of the frames' names. */
  | { readonly kind: "frames"; readonly wire: string; readonly frames: readonly FrameGuide[] }
);

/**
 * What the OpenAPI document tells of an endpoint besides its method and path. Texts are Markdown. A schema that has a `title`
 * is found under that name among the document's components, and two with one title must be alike.
 */
export interface Operation extends Passage {
  readonly tag: Tag;
  /** A few words. */
  readonly summary: string;
  readonly description?: string;
  /** Those of the path included. */
  readonly parameters?: readonly Parameter[];
  /** The JSON body. Left out: it takes none. */
  readonly body?: TSchema;
  /** The fields of a multipart body that may come instead, next to its file. */
  readonly form?: TSchema;
  /** By status. */
  readonly replies: Readonly<Record<number, Reply>>;
  /** What it may be refused for, besides what every endpoint may be, and what every body may be. */
  readonly refusals?: readonly RequestErrorCode[];
  /** Bodies of refusals that are not the common one, by status. */
  readonly worded?: Readonly<Record<number, TSchema>>;
  /** Bodies of failures that are no refusals, by status. */
  readonly failures?: Readonly<Record<number, TSchema>>;
}

/** A route's `detail`: what it is described by, where the document looks for it. */
export const described = (operation: Operation) => ({ summary: operation.summary, operation });

/** The `detail` of a route that the document leaves out. */
export const hidden = (passage: Passage) => ({ hide: true, operation: passage });

/** What a route's `detail` says of who may use it. Null: it says nothing. */
export const passageOf = (detail: unknown): Passage | null => {
  if (typeof detail !== "object" || detail === null || !("operation" in detail)) return null;
  return detail.operation as Passage;
};

/** Whether anybody may use it, without a credential. */
export const isOpen = ({ access }: Passage): boolean => access === "open" || access === "probe";

export const json = (description: string, schema: TSchema): Reply => ({ kind: "json", description, schema });
export const empty = (description: string): Reply => ({ kind: "empty", description });
