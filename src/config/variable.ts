import { type TLiteral, type TSchema, type TUnion, Type } from "@sinclair/typebox";
import { parseDuration } from "../domain/duration.ts";

/** The properties of an environment variable that its schema does not hold. */
interface Form {
  /** Its purpose, in one or two sentences. */
  readonly description: string;
  /** The allowed values; completes "must be …". */
  readonly allowed: string;
  /** As an operator would write it. Absent when the variable has no default. */
  readonly default?: string;
  /**
   * Parses the text into the value that the schema checks. Returns null, which no schema here accepts, when it cannot.
   */
  readonly read: (text: string) => unknown;
  /** Completes "must be …" for a refused text, where `allowed` would not name what is wrong. Shows no secret. */
  readonly mistake?: (text: string) => string;
  /** The valid part of a refused text, so that what depends on it is checked as well. */
  readonly validPart?: (text: string) => unknown;
}
export type Variable<S extends TSchema = TSchema> = S & Form;

export type About = Pick<Form, "description" | "default">;

export const variable = <S extends TSchema>(schema: S, form: Form): Variable<S> => ({ ...schema, ...form });

/** A whole number in plain decimal digits. */
export const integer = (minimum: number, maximum: number, about: About) =>
  variable(Type.Integer({ minimum, maximum }), {
    ...about,
    allowed: `a whole number from ${minimum} to ${maximum}`,
    read: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : null),
  });

/** The bounds are written as an operator would write them; the value is in milliseconds. */
export const duration = (shortest: string, longest: string, about: About) =>
  variable(Type.Integer({ minimum: parseDuration(shortest) ?? 0, maximum: parseDuration(longest) ?? 0 }), {
    ...about,
    allowed: `a duration from ${shortest} to ${longest}, such as 500ms, 30s, 5m or 2h`,
    read: parseDuration,
  });

/** A number of days, or `off`. The value is in milliseconds; 0 for `off`. */
export const days = (about: About) =>
  variable(Type.Integer({ minimum: 0 }), {
    ...about,
    allowed: "off, or a whole number of days from 1 to 36500",
    read: (text) => {
      if (text === "off") return 0;
      const count = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
      return count >= 1 && count <= 36_500 ? count * 24 * 60 * 60_000 : null;
    },
  });

/** One of these words. */
export const choice = <const W extends readonly string[]>(words: W, about: About) =>
  variable(
    Type.Union(words.map((word) => Type.Literal(word))) as TUnion<{ -readonly [I in keyof W]: TLiteral<W[I]> }>,
    {
      ...about,
      allowed: words.length === 1 ? `the word ${words[0]}` : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`,
      read: (text) => text,
    },
  );

/** Text that matches `pattern`. */
export const text = (pattern: string, allowed: string, about: About) =>
  variable(Type.String({ pattern }), { ...about, allowed, read: (text) => text });

/** An absolute URL of one of these schemes. It may contain a password. */
export const url = (schemes: readonly string[], about: About) =>
  variable(Type.String({ pattern: `^(${schemes.join("|")})://.` }), {
    ...about,
    allowed: startingWith(schemes),
    // What follows a # is a mistake here: most often, the rest of a password.
    read: (text) => (URL.canParse(text) && !text.includes("#") ? text : null),
    mistake: (text) =>
      schemes.some((scheme) => text.startsWith(`${scheme}://`))
        ? "a valid URL: percent-encode special characters in the password (# is %23, % is %25, / is %2F, ? is %3F, @ is %40); the port is at most 65535"
        : startingWith(schemes),
  });

const startingWith = (schemes: readonly string[]): string =>
  `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`;

/** A secret that can be sent in an HTTP header. */
export const secret = (about: About) =>
  text("^[\\x21-\\x7e]{1,4096}$", "1 to 4096 visible ASCII characters without spaces", about);

/** Texts that match `pattern`, separated by commas; white space around them is removed. */
export const list = (pattern: string, allowed: string, about: About) =>
  variable(Type.Array(Type.String({ pattern: `^${pattern}$` }), { minItems: 1 }), {
    ...about,
    allowed,
    read: (text) => text.split(",").map((item) => item.trim()),
  });
