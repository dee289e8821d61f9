import { type TLiteral, type TSchema, type TUnion, Type } from "@sinclair/typebox";
import { parseDuration } from "../domain/duration.ts";

/** What a schema alone does not tell about a variable of the environment. */
interface Form {
  /** What it is for, in a sentence or two. */
  readonly description: string;
  /** What may stand there; completes "must be …". */
  readonly allowed: string;
  /** As one would write it. Left out: unset means that there is none. */
  readonly default?: string;
  /** From text to the value that the schema checks. What cannot be read becomes null, which no schema here accepts. */
  readonly read: (text: string) => unknown;
}
export type Variable<S extends TSchema = TSchema> = S & Form;

type About = Pick<Form, "description" | "default">;

export const variable = <S extends TSchema>(schema: S, form: Form): Variable<S> => ({ ...schema, ...form });

/** A whole number in plain decimal digits. */
export const integer = (minimum: number, maximum: number, about: About) =>
  variable(Type.Integer({ minimum, maximum }), {
    ...about,
    allowed: `a whole number from ${minimum} to ${maximum}`,
    read: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : null),
  });

/** The bounds are written as the operator would; the value is in milliseconds. */
export const duration = (shortest: string, longest: string, about: About) =>
  variable(Type.Integer({ minimum: parseDuration(shortest) ?? 0, maximum: parseDuration(longest) ?? 0 }), {
    ...about,
    allowed: `a duration from ${shortest} to ${longest}, such as 500ms, 30s, 5m or 2h`,
    read: parseDuration,
  });

/** One of a few words. */
export const choice = <const W extends readonly string[]>(words: W, about: About) =>
  variable(
    Type.Union(words.map((word) => Type.Literal(word))) as TUnion<{ -readonly [I in keyof W]: TLiteral<W[I]> }>,
    {
      ...about,
      allowed: words.length === 1 ? `the word ${words[0]}` : words.join(" | "),
      read: (text) => text,
    },
  );

/** Text that `pattern` describes. */
export const text = (pattern: string, allowed: string, about: About) =>
  variable(Type.String({ pattern }), { ...about, allowed, read: (text) => text });

/** An absolute URL of one of these schemes. It may hold a password. */
export const url = (schemes: readonly string[], about: About) =>
  variable(Type.String({ pattern: `^(${schemes.join("|")})://.` }), {
    ...about,
    allowed: `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`,
    read: (text) => (URL.canParse(text) ? text : null),
  });

/** A secret as HTTP headers can carry it. */
export const secret = (about: About) =>
  text("^[\\x21-\\x7e]{1,4096}$", "1 to 4096 visible ASCII characters without spaces", about);

/** Texts that `pattern` describes, separated by commas; white space around them is dropped. */
export const list = (pattern: string, allowed: string, about: About) =>
  variable(Type.Array(Type.String({ pattern: `^${pattern}$` }), { minItems: 1 }), {
    ...about,
    allowed,
    read: (text) => text.split(",").map((item) => item.trim()),
  });
