import { type TSchema, Type } from "@sinclair/typebox";
import { RequestError } from "../domain/error.ts";
import { MAX_IMAGES, readImage } from "../domain/image.ts";
import { Text } from "../domain/text-field.ts";
import { THREAD_ID_RULE, ThreadId, UserId } from "../domain/thread.ts";

/** Callers that serialise an absent optional as null mean the same as those that leave it out. */
export const nullable = <T extends TSchema>(schema: T, description: string) =>
  Type.Optional(Type.Union([schema, Type.Null()], { description, examples: [null] }));

/** Text with something in it besides white space. */
export const NotBlank = Text({
  pattern: "\\S",
  description: "text that is not blank",
  examples: ["Solve 2x + 3 = 7."],
});

/** True or false; a query and a form say it in text. */
export const flag = (description: string) =>
  nullable(Type.Union([Type.Boolean(), Type.String({ pattern: "^(?:[Tt]rue|[Ff]alse)$" })]), description);
/** Undefined: nothing was said. */
export const isOn = (said: boolean | string | null | undefined): boolean | undefined =>
  said == null ? undefined : said === true || String(said).toLowerCase() === "true";

/** Required where nothing else says who asks: a credential, a header or the query may. */
export const UserField = nullable(
  Text({ ...UserId, examples: ["u1"] }),
  "1 to 128 characters without ':' and control characters",
);

export const ThreadField = nullable(ThreadId, `${THREAD_ID_RULE}; null or left out for a new thread`);

export const ImagesField = nullable(
  Type.Array(Type.String(), {
    maxItems: MAX_IMAGES,
    examples: [["https://example.com/triangle.png"]],
  }),
  `a list of at most ${MAX_IMAGES} pictures, each an http(s) address or a base64 data: URL, or null`,
);

/** What an `ImagesField` holds. Throws `invalid`, naming the field, when one of it is no picture's URL. */
export const imagesIn = (field: string, urls: readonly string[] | null | undefined): readonly string[] => {
  const images = urls ?? [];
  const wrong = images.findIndex((url) => readImage(url) === null);
  if (wrong < 0) return images;
  const message = `must hold nothing but pictures, each an http(s) address or a base64 data: URL; number ${wrong + 1} is neither`;
  throw new RequestError("invalid", `${field} ${message}.`, { details: [{ path: `/${field}`, message }] });
};

/** Whom a caller speaks for that names no user, where a wire lets it. */
export const DEFAULT_USER = "default_user";

export const OptionalUserField = nullable(
  UserId,
  `1 to 128 characters without ':' and control characters; null or left out for ${DEFAULT_USER}`,
);
