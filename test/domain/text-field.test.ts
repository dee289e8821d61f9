import { describe, expect, test } from "bun:test";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { Value } from "@sinclair/typebox/value";
import Ajv2020 from "ajv/dist/2020";
import fc from "fast-check";
import { hasLength } from "../../src/domain/text.ts";
import { Text } from "../../src/domain/text-field.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: fc.constantFrom("a", "가", "🎉", "\ud83c"), maxLength: 12 }),
);

describe("the length of a text", () => {
  test("is counted in code points, for any bounds", () => {
    fc.assert(
      fc.property(text, fc.nat(13), fc.nat(13), (value, least, most) => {
        const points = [...value].length;
        expect(hasLength(value, least, most)).toBe(points >= least && points <= most);
      }),
    );
  });

  test("is the same in JSON Schema, so that a client that validates by the document agrees", () => {
    fc.assert(
      fc.property(
        text,
        fc.nat(6),
        fc.nat(12),
        fc.constantFrom(undefined, "^[^🎉]*$", "\\S"),
        (value, least, most, pattern) => {
          const schema = Text({ minLength: least, maxLength: most, ...(pattern !== undefined && { pattern }) });
          const document = JSON.parse(JSON.stringify(schema)) as object;
          const outside = new Ajv2020({ strict: false }).validate(document, value);
          expect([Value.Check(schema, value), TypeCompiler.Compile(schema).Check(value)]).toEqual([outside, outside]);
        },
      ),
    );
    for (const other of [1, null, {}, undefined]) expect(Value.Check(Text({}), other)).toBe(false);
  });
});
