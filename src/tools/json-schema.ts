import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

// Unknown keywords and formats are annotations (JSON Schema 2020-12, core §4.3.1): a server's schema may have its own.
const OPTIONS = { strict: false, validateSchema: false, logger: false } as const;

/** Draft 7 by its own `$schema`; all other schemas are read as 2020-12, which MCP prescribes where none is named. */
const isDraft7 = ({ $schema }: { readonly $schema?: unknown }): boolean =>
  typeof $schema === "string" && $schema.includes("draft-07");

const validators = new Map<boolean, Ajv>();

const validatorFor = (schema: object): Ajv => {
  const draft7 = isDraft7(schema);
  const known = validators.get(draft7);
  if (known !== undefined) return known;
  const made = draft7 ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS);
  // The package is CommonJS, and its types say that the function is a property of what is imported.
  (addFormats as unknown as (ajv: Ajv) => void)(made);
  validators.set(draft7, made);
  return made;
};

const compiled = new WeakMap<object, ValidateFunction>();

const compile = (schema: object): ValidateFunction => {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const validator = validatorFor(schema);
  const made = validator.compile(schema);
  // The validator would keep it in memory without end.
  validator.removeSchema(schema);
  compiled.set(schema, made);
  return made;
};

/** Returns what is wrong with a value by its JSON Schema: the field and the rule, never the value. Null: nothing. */
export const jsonSchemaError = (
  schema: object,
  value: unknown,
): { readonly path: string; readonly message: string } | null => {
  const validate = compile(schema);
  if (validate(value)) return null;
  return described(validate.errors?.[0]);
};

const described = (error: ErrorObject | undefined) => {
  const { instancePath = "", message = "is wrong", keyword, params } = error ?? {};
  const missing = keyword === "required" ? `/${params?.missingProperty}` : "";
  return { path: instancePath + missing, message: missing === "" ? message : "is required" };
};

/** Returns why a value is no JSON Schema, by the schema of schemas alone. Null: it is one. */
export const metaSchemaMistake = (schema: object): string | null => {
  const validator = validatorFor(schema);
  return validator.validateSchema(schema) === true
    ? null
    : validator.errorsText(validator.errors, { dataVar: "schema" });
};

/** Returns why a value is no JSON Schema that can be checked. Null: it is one. The first call takes some 100 ms. */
export const jsonSchemaMistake = (schema: object): string | null => {
  try {
    const mistake = metaSchemaMistake(schema);
    if (mistake !== null) return mistake;
    compile(schema);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : "it cannot be compiled";
  }
};
