import { type TSchema, Type } from "@sinclair/typebox";
import { ThreadId, UserId } from "../domain/thread.ts";

/** Callers that serialise an absent optional as null mean the same as those that leave it out. */
export const nullable = <T extends TSchema>(schema: T, description: string) =>
  Type.Optional(Type.Union([schema, Type.Null()], { description, examples: [null] }));

/** Text with something in it besides white space. */
export const NotBlank = Type.String({
  pattern: "\\S",
  description: "text that is not blank",
  examples: ["Solve 2x + 3 = 7."],
});

export const UserField = Type.String({
  ...UserId,
  description: "1 to 128 characters without ':' and control characters",
  examples: ["u1"],
});

export const ThreadField = nullable(
  ThreadId,
  "1 to 256 characters without control characters; null or left out for a new thread",
);

/** Whom a caller speaks for that names no user, where a wire lets it. */
export const DEFAULT_USER = "default_user";

export const OptionalUserField = nullable(
  UserId,
  `1 to 128 characters without ':' and control characters; null or left out for ${DEFAULT_USER}`,
);
