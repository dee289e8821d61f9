import { type SchemaOptions, type Static, type TSchema, Type } from "@sinclair/typebox";
import { Collection } from "../../domain/document.ts";
import { parseDuration } from "../../domain/duration.ts";

/** Adds the words for a value that the schema refuses, which complete "the field must be …". */
const field = <S extends TSchema>(schema: S, allowed: string): S => ({ ...schema, allowed });

/** The words of a schema made by `field`. */
export const allowedBy = (schema: TSchema): string =>
  typeof schema.allowed === "string" ? schema.allowed : "of another form";

const NAMES = "a list of names such as [calculate, orders/*]";
/** A tool's name, an MCP server's tool, or a glob for several. */
const ToolPattern = Type.String({ minLength: 1, maxLength: 200, pattern: "^[^\\s]+$" });
const toolPatterns = field(Type.Array(field(ToolPattern, "a tool's name or a glob"), { maxItems: 1_000 }), NAMES);

const MODEL = "a model such as openai:gpt-5, or a list of models";
const ModelName = field(Type.String({ minLength: 1 }), MODEL);

/** Visible ASCII, as a field's name (RFC 9110 §5.1), and a value without line breaks. */
const Headers = Type.Record(
  Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" }),
  field(Type.String({ pattern: "^[^\\x00-\\x1f\\x7f]*$" }), "text without line breaks"),
  { additionalProperties: false },
);

/** An agent that runs elsewhere. */
const Remote = Type.Object(
  {
    protocol: field(Type.Literal("ag-ui"), "ag-ui"),
    url: field(Type.String({ pattern: "^https?://." }), "a URL that starts with http:// or https://"),
    headers: Type.Optional(field(Headers, "a map of header names to texts")),
  },
  { additionalProperties: false },
);
export type Remote = Static<typeof Remote>;

const integer = (minimum: number, maximum: number, options: SchemaOptions = {}) =>
  field(Type.Integer({ minimum, maximum, ...options }), `a whole number from ${minimum} to ${maximum}`);

/**
 * The fields of a text agent, as its front matter holds them: the source of what is allowed, of the mistakes' words and
 * of the type. What a schema cannot say is checked in `check-fields.ts`.
 */
export const FrontMatter = Type.Object(
  {
    description: Type.Optional(field(Type.String({ minLength: 1, maxLength: 1_000 }), "text of 1 to 1000 characters")),
    model: Type.Optional(field(Type.Union([ModelName, Type.Array(ModelName, { minItems: 1, maxItems: 20 })]), MODEL)),
    temperature: Type.Optional(field(Type.Number({ minimum: 0, maximum: 2 }), "a number from 0 to 2")),
    max_output_tokens: Type.Optional(integer(1, 10_000_000)),
    reasoning: Type.Optional(
      field(
        Type.Union(
          ["none", "low", "medium", "high"].map((word) => Type.Literal(word as "none" | "low" | "medium" | "high")),
        ),
        "none, low, medium or high",
      ),
    ),
    tools: Type.Optional(toolPatterns),
    approve: Type.Optional(toolPatterns),
    collections: Type.Optional(
      field(
        Type.Array(field(Collection, "a collection's name: 1 to 128 characters, in quotes if it is a number"), {
          minItems: 1,
          maxItems: 100,
        }),
        "a list of collections",
      ),
    ),
    max_rounds: Type.Optional(integer(1, 100)),
    timeout: Type.Optional(field(Type.String(), "a duration from 10ms to 24h, such as 30s or 5m")),
    history_tokens: Type.Optional(integer(0, 10_000_000)),
    remote: Type.Optional(field(Remote, "a map with protocol, url and, if need be, headers")),
  },
  { additionalProperties: false },
);
export type FrontMatter = Static<typeof FrontMatter>;

const [SHORTEST_MS, LONGEST_MS] = [10, 24 * 3_600_000] as const;

/** Returns the milliseconds of a `timeout`. Null when it is none, or out of bounds. */
export const timeoutMsOf = (text: string): number | null => {
  const ms = parseDuration(text);
  return ms !== null && ms >= SHORTEST_MS && ms <= LONGEST_MS ? ms : null;
};
