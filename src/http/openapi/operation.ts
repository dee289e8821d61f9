import type { TSchema } from "@sinclair/typebox";
import type { FrameGuide } from "../../dialects/openapi-guide.ts";
import type { RequestErrorCode } from "../../domain/error.ts";
import type { RouteAccess } from "../identity/access.ts";

/** A group of endpoints: a heading on the page. */
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

/** What an endpoint answers after success. */
export type Reply = { readonly description: string } & (
  | { readonly kind: "empty" }
  | { readonly kind: "json"; readonly schema: TSchema }
  | { readonly kind: "bytes"; readonly mediaType: string }
  /** `wire` is the prefix of the frames' names. */
  | { readonly kind: "frames"; readonly wire: string; readonly frames: readonly FrameGuide[] }
);

/**
 * What the OpenAPI document says of an endpoint besides its method and path. Texts are Markdown. A schema with a
 * `title` is listed under that name among the document's components; two with the same title must be equal.
 */
export interface Operation extends RouteAccess {
  readonly tag: Tag;
  /** A few words of plain text, and the only operation's with these words. */
  readonly summary: string;
  readonly description?: string;
  /** Including those of the path. */
  readonly parameters?: readonly Parameter[];
  /** The JSON body. Left out when it takes none. */
  readonly body?: TSchema;
  /** The body may be left out. */
  readonly isBodyOptional?: boolean;
  /** The fields of a multipart body that may be sent instead, together with its file. */
  readonly form?: TSchema;
  /** By status. */
  readonly replies: Readonly<Record<number, Reply>>;
  /** Its own refusals, besides those of every endpoint and of every body. */
  readonly refusals?: readonly RequestErrorCode[];
  /** Bodies of refusals in the wire's own format, by status. */
  readonly worded?: Readonly<Record<number, TSchema>>;
  /** Bodies of failures that are not refusals, by status. */
  readonly failures?: Readonly<Record<number, TSchema>>;
}

/** A route's `detail`, in the form that the document expects. */
export const described = (operation: Operation) => ({ summary: operation.summary, operation });

/** The `detail` of a route that the document leaves out. */
export const hidden = (access: RouteAccess) => ({ hide: true, operation: access });

/** Returns the access that a route's `detail` declares. Null when it declares none. */
export const routeAccessOf = (detail: unknown): RouteAccess | null => {
  if (typeof detail !== "object" || detail === null || !("operation" in detail)) return null;
  return detail.operation as RouteAccess;
};

/** Whether it requires no credential. */
export const isOpen = ({ access }: RouteAccess): boolean => access === "open" || access === "probe";

export const json = (description: string, schema: TSchema): Reply => ({ kind: "json", description, schema });
export const empty = (description: string): Reply => ({ kind: "empty", description });
