import type { Static, TSchema } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import { ValueErrorType } from "@sinclair/typebox/errors";
import { type ErrorDetail, IS_REQUIRED, RequestError } from "../../domain/error.ts";
import { isStorable } from "../../domain/text.ts";

/** A refusal names this many fields at most. */
const MAX_DETAILS = 20;
/** Deeper values than this are no request of any contract. */
const MAX_DEPTH = 64;

export type Validator<S extends TSchema> = (value: unknown) => Static<S>;

/**
 * Compiles a schema to a check that returns the value or throws `invalid` (422), naming each missing field, and each wrong
 * one with what it must be, from the field's `description`; never the value. Text that Postgres cannot hold is refused as well, in the fields
 * that the schema lists.
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

/** One detail for each field, on the field itself: what is wrong deeper down is said by its description. */
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
 * What keeps a field's value from being stored; null: nothing. Where it is inside is not said: keys are the caller's own.
 * A list's items are gone through by their places: taking its keys, a text each, made 500,000 numbers a matter of seconds.
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
