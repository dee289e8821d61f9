import type { TSchema } from "@sinclair/typebox";
import type { FrameGuide } from "../../dialects/guide.ts";
import type { RequestErrorCode } from "../../domain/error.ts";

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
export interface Operation {
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
  /** Whether it wants no token. */
  readonly isOpen?: boolean;
}

/** A route's `detail`: what it is described by, where the document looks for it. */
export const described = (operation: Operation) => ({ summary: operation.summary, operation });

export const json = (description: string, schema: TSchema): Reply => ({ kind: "json", description, schema });
export const empty = (description: string): Reply => ({ kind: "empty", description });
