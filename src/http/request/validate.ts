import type { Static, TSchema } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import { ValueErrorType } from "@sinclair/typebox/errors";
import { type ErrorDetail, IS_REQUIRED, RequestError } from "../../domain/error.ts";
import { isStorable } from "../../domain/text.ts";

/** The maximum number of fields that an error names. */
const MAX_DETAILS = 20;
/** No contract has requests that are nested deeper. */
const MAX_DEPTH = 64;

export type Validator<S extends TSchema> = (value: unknown) => Static<S>;

/**
 * Compiles a schema to a check that returns the value or throws `invalid` (422). The error names each missing field,
 * and each wrong field with what it must be, from the field's `description`; never the value. Text that Postgres cannot
 * store is refused as well, in the fields that the schema lists.
 */
export const validator = <S extends TSchema>(schema: S): Validator<S> => {
  const check = TypeCompiler.Compile(schema);
  const fields = Object.keys((schema as { properties?: object }).properties ?? {});
  return (value) => {
    if (!check.Check(value)) throw invalid(detailsOf(check, value));
    const details = fields.flatMap((field) => {
      const message = whyUnstorable((value as Record<string, unknown>)[field]);
      return message === null ? [] : [{ path: `/${field}`, message }];
    });
    if (details.length > 0) throw invalid(details);
    return value;
  };
};

export const invalid = (details: readonly ErrorDetail[]): RequestError => {
  const [first] = details;
  const where = first?.path ? `${first.path.slice(1)} ` : "The body ";
  return new RequestError("invalid", `${where}${first?.message ?? "is not valid"}.`, { details });
};

/** Returns one detail for each field, on the field itself: its description covers errors deeper down. */
const detailsOf = (check: TypeCheck<TSchema>, value: unknown): readonly ErrorDetail[] => {
  const details = new Map<string, ErrorDetail>();
  for (const { path, schema, type } of check.Errors(value)) {
    if (details.has(path)) continue;
    const usual = path === "" ? NO_OBJECT : "is not of the right type";
    const rule = schema.description ? `must be ${schema.description}` : usual;
    details.set(path, { path, message: type === ValueErrorType.ObjectRequiredProperty ? IS_REQUIRED : rule });
    if (details.size === MAX_DETAILS) break;
  }
  return details.size > 0 ? [...details.values()] : [{ path: "", message: NO_OBJECT }];
};

const NO_OBJECT = "must be a JSON object";

/**
 * Returns why a field's value cannot be stored, or null when it can. The place within the value is not named: keys are
 * the caller's own. Iterates over the items of a list rather than its keys: the keys, a string each, made 500,000
 * numbers take seconds.
 */
const whyUnstorable = (value: unknown, depth = 0): string | null => {
  if (typeof value === "string") return isStorable(value) ? null : UNSTORABLE;
  if (value === null || typeof value !== "object") return null;
  if (depth >= MAX_DEPTH) return `must not be nested deeper than ${MAX_DEPTH} levels`;
  if (Array.isArray(value)) {
    for (const item of value) {
      const why = whyUnstorable(item, depth + 1);
      if (why !== null) return why;
    }
    return null;
  }
  for (const [key, item] of Object.entries(value)) {
    const why = isStorable(key) ? whyUnstorable(item, depth + 1) : UNSTORABLE;
    if (why !== null) return why;
  }
  return null;
};

const UNSTORABLE = "must not hold NUL or half a surrogate pair";
