import { type TSchema, Type } from "@sinclair/typebox";
import { RequestError } from "../domain/error.ts";
import { MAX_IMAGES, readImage } from "../domain/image.ts";
import { Text } from "../domain/text-field.ts";
import { THREAD_ID_RULE, ThreadId, UserId } from "../domain/thread.ts";

/** An optional field that may also be null: some clients serialize absent values as null. */
export const nullable = <T extends TSchema>(schema: T, description: string) =>
  Type.Optional(Type.Union([schema, Type.Null()], { description, examples: [null] }));

/** Text that is not only white space. */
export const NotBlank = Text({
  pattern: "\\S",
  description: "text that is not blank",
  examples: ["Solve 2x + 3 = 7."],
});

/** A boolean; queries and forms send it as text. */
export const flag = (description: string) =>
  nullable(Type.Union([Type.Boolean(), Type.String({ pattern: "^(?:[Tt]rue|[Ff]alse)$" })]), description);
/** Reads a flag; undefined when it is absent. */
export const isOn = (value: boolean | string | null | undefined): boolean | undefined =>
  value == null ? undefined : value === true || String(value).toLowerCase() === "true";

/** Required unless a credential, a header or the query names the user. */
export const UserField = nullable(
  Text({ ...UserId, examples: ["u1"] }),
  "1 to 128 characters without ':' and control characters",
);

export const ThreadField = nullable(ThreadId, `${THREAD_ID_RULE}; null or absent for a new thread`);

export const ImagesField = nullable(
  Type.Array(Type.String(), {
    maxItems: MAX_IMAGES,
    examples: [["https://example.com/triangle.png"]],
  }),
  `a list of at most ${MAX_IMAGES} images, each an http(s) URL or a base64 data: URL, or null`,
);

/** Returns the images of an `ImagesField`. Throws `invalid`, naming the field, when an entry is not an image's URL. */
export const imagesIn = (field: string, urls: readonly string[] | null | undefined): readonly string[] => {
  const images = urls ?? [];
  const wrong = images.findIndex((url) => readImage(url) === null);
  if (wrong < 0) return images;
  const message = `must contain only images, each an http(s) URL or a base64 data: URL; item ${wrong + 1} is neither`;
  throw new RequestError("invalid", `${field} ${message}.`, { details: [{ path: `/${field}`, message }] });
};

/** The user of a request that names none, on wires that allow that. */
export const DEFAULT_USER = "default_user";

export const OptionalUserField = nullable(
  UserId,
  `1 to 128 characters without ':' and control characters; defaults to ${DEFAULT_USER}`,
);
