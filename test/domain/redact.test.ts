import { expect, test } from "bun:test";
import fc from "fast-check";
import { Redactor } from "../../src/domain/redact.ts";

const secret = fc.string({ minLength: 8, maxLength: 40, unit: "grapheme-ascii" }).filter((text) => text.trim() !== "");

test("no text holds a secret once it is redacted, as it is, in JSON or in a URL", () => {
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.array(fc.string()), (secrets, between) => {
      const redactor = new Redactor(secrets);
      const forms = secrets.flatMap((each) => [each, JSON.stringify(each), encodeURIComponent(each)]);
      const text = forms.map((form, at) => `${between[at] ?? ""} ${form} `).join("");
      const clean = redactor.redact(text);
      // A secret that is a piece of the mark itself is no secret of anybody's.
      for (const each of secrets) if (!"[redacted]".includes(each)) expect(clean).not.toContain(each);
    }),
  );
});

test("what holds none is left as it is, and short words are no secrets", () => {
  const redactor = new Redactor(["sk-long-enough", "none", ""]);
  expect(redactor.redact("none of them")).toBe("none of them");
  expect(redactor.redact("a sk-long-enough b")).toBe("a [redacted] b");
});
