import { Kind, type SchemaOptions, Type, TypeRegistry } from "@sinclair/typebox";
import { hasLength } from "./text.ts";

interface TextOptions extends SchemaOptions {
  /** In code points, as JSON Schema counts (2020-12, "Validation" §6.3.1), and as people do. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** A regular expression with the flag `u`. */
  readonly pattern?: string;
}

const KIND = "Text";
const patterns = new Map<string, RegExp>();

const patternOf = (source: string): RegExp => {
  const known = patterns.get(source) ?? new RegExp(source, "u");
  patterns.set(source, known);
  return known;
};

TypeRegistry.Set<TextOptions>(
  KIND,
  ({ minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern }, value) =>
    typeof value === "string" &&
    hasLength(value, minLength, maxLength) &&
    (pattern === undefined || patternOf(pattern).test(value)),
);

/**
 * Text of bounded length. `Type.String` counts UTF-16 units although its JSON Schema promises code points, so it
 * refused texts with half as many emoji as the document allows.
 */
export const Text = (options: TextOptions) => Type.Unsafe<string>({ ...options, [Kind]: KIND, type: "string" });
