import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** A text on a page that is not part of its content: the value of a field, or a note written over the page. */
export interface Filled {
  readonly text: string;
  /** The field's name for readers. */
  readonly name: string;
  /** Its position: left, bottom, right, top, in the page's units. */
  readonly rect: readonly [number, number, number, number];
}

/** The properties that are read from an annotation (ISO 32000-2, 12.5 and 12.7) as pdf.js returns it. */
const Annotation = Type.Object({
  subtype: Type.String(),
  rect: Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()]),
  hidden: Type.Optional(Type.Boolean()),
  noView: Type.Optional(Type.Boolean()),
  fieldType: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  fieldName: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  alternativeText: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  fieldValue: Type.Optional(Type.Unknown()),
  buttonValue: Type.Optional(Type.Unknown()),
  exportValue: Type.Optional(Type.Unknown()),
  checkBox: Type.Optional(Type.Boolean()),
  radioButton: Type.Optional(Type.Boolean()),
  password: Type.Optional(Type.Boolean()),
  contentsObj: Type.Optional(Type.Object({ str: Type.String() })),
});

/**
 * Returns the values of a page's fields, and what is written over it. Empty fields, passwords and hidden fields are
 * left out.
 */
export const filledIn = (annotations: readonly unknown[]): readonly Filled[] =>
  annotations.flatMap((annotation): readonly Filled[] => {
    if (!Value.Check(Annotation, annotation)) return [];
    const { subtype, rect, hidden, noView, fieldName, alternativeText, contentsObj } = annotation;
    if (hidden === true || noView === true) return [];
    const text =
      subtype === "FreeText" ? (contentsObj?.str ?? "") : subtype === "Widget" ? textOfField(annotation) : "";
    const name = alternativeText || fieldName || "";
    return text.trim() === "" ? [] : [{ text: text.trim(), name, rect }];
  });

const textOfField = (field: typeof Annotation.static): string => {
  const { fieldType, fieldValue, exportValue, buttonValue, password } = field;
  if (password === true) return "";
  if (field.checkBox === true) return isOn(fieldValue) && fieldValue === (exportValue ?? fieldValue) ? "☑" : "☐";
  if (field.radioButton === true) return isOn(fieldValue) && fieldValue === buttonValue ? "☑" : "☐";
  if (fieldType !== "Tx" && fieldType !== "Ch") return "";
  const values: readonly unknown[] = Array.isArray(fieldValue) ? fieldValue : [fieldValue];
  return values.filter((value) => typeof value === "string").join(", ");
};

const isOn = (value: unknown): boolean => typeof value === "string" && value !== "" && value !== "Off";
