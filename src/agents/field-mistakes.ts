/** What is wrong with a definition. `message` completes a sentence that begins with the field, and names the remedy. */
export interface DefinitionMistake {
  /** Such as `timeout` or `nodes.answer.run`. */
  readonly field: string;
  readonly message: string;
}

/** Returns why a field may not have this value. Null when it may. */
export type Check = (value: unknown) => string | null;

/**
 * Checks an object's fields, of which those that are required must be there. `prefix` is what
 * leads to the object.
 */
export const fieldMistakes = (
  value: object,
  checks: Readonly<Record<string, Check>>,
  prefix: string,
  required: readonly string[] = [],
): DefinitionMistake[] => {
  const absent = Object.fromEntries(required.map((name) => [name, undefined]));
  return Object.entries({ ...absent, ...value }).flatMap(([name, item]) => {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (item === undefined && check !== undefined && !required.includes(name)) return [];
    if (item === undefined && required.includes(name)) return [{ field: prefix + name, message: "is missing" }];
    const message = check === undefined ? `is unknown; there are ${Object.keys(checks).join(", ")}` : check(item);
    return message === null ? [] : [{ field: prefix + name, message }];
  });
};
