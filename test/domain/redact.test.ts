import { expect, test } from "bun:test";
import fc from "fast-check";
import { Redactor } from "../../src/domain/redact.ts";

const secret = fc.string({ minLength: 8, maxLength: 40, unit: "grapheme-ascii" }).filter((text) => text.trim() !== "");

test("a redacted text contains no secret, whether plain, in JSON or in a URL", () => {
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.array(fc.string()), (secrets, between) => {
      const redactor = new Redactor(secrets);
      const forms = secrets.flatMap((each) => [each, JSON.stringify(each), encodeURIComponent(each)]);
      const text = forms.map((form, at) => `${between[at] ?? ""} ${form} `).join("");
      const clean = redactor.redact(text);
      // A secret that is part of the redaction mark itself does not count.
      for (const each of secrets) if (!"[redacted]".includes(each)) expect(clean).not.toContain(each);
    }),
  );
});

test("a text without secrets is unchanged, and short words do not count as secrets", () => {
  const redactor = new Redactor(["sk-long-enough", "none", ""]);
  expect(redactor.redact("none of them")).toBe("none of them");
  expect(redactor.redact("a sk-long-enough b")).toBe("a [redacted] b");
});
