import { isRecord } from "../../domain/json.ts";

/** An event or a part of it, as JSON gives it. Servers write an absent field as null, too. */
export type Fields = Readonly<Record<string, unknown>>;

/** Returns a text. Throws an Error that names the field when it is something else. */
export const textIn = (fields: Fields, name: string): string => {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw new Error(`an event ${typeof fields.type === "string" ? fields.type.slice(0, 64) : ""} without ${name}`);
};

/** Returns a text, or undefined when there is none. */
export const optionalText = (fields: Fields, name: string): string | undefined => {
  const value = fields[name];
  return typeof value === "string" ? value : undefined;
};

/** Returns the objects of a list; none when it is no list. */
export const recordsIn = (fields: Fields, name: string): readonly Fields[] => {
  const value = fields[name];
  return Array.isArray(value) ? value.filter(isRecord) : [];
};
