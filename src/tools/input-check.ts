import { type TSchema, TypeGuard } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** TypeBox checks its own schemas; it ignores or refuses parts of others. */
const isTypeBox = new WeakMap<object, boolean>();

const isOfTypeBox = (schema: object): schema is TSchema => {
  const known = isTypeBox.get(schema) ?? TypeGuard.IsSchema(schema);
  isTypeBox.set(schema, known);
  return known;
};

/** Returns what is wrong with a tool's input, for the model: the field and the rule, never the value. Null: nothing. */
export const inputMistake = async (schema: object, input: unknown): Promise<string | null> => {
  const error = isOfTypeBox(schema)
    ? Value.Errors(schema, input).First()
    : (await import("./json-schema.ts")).jsonSchemaError(schema, input);
  if (error === null || error === undefined) return null;
  return `The argument ${error.path === "" ? "object" : error.path} is wrong: ${error.message}.`;
};

/** Returns why a value is not a schema for a tool's input, which is an object. Null: it is one. */
export const schemaMistake = async (schema: unknown): Promise<string | null> => {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return "must be a TypeBox or JSON Schema";
  if (!("type" in schema) || schema.type !== "object") return 'must be a schema of `"type": "object"`';
  if (isOfTypeBox(schema)) return null;
  const mistake = (await import("./json-schema.ts")).jsonSchemaMistake(schema);
  return mistake === null ? null : `is no JSON Schema: ${mistake}`;
};
