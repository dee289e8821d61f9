import { expect, test } from "bun:test";
import fc from "fast-check";
import { substitute } from "../../src/domain/substitute.ts";

const env = { WIKI_TOKEN: "t0p", EMPTY: "", NESTED: "${WIKI_TOKEN} $${ $&" };

test("references are replaced by the variables' values, which are not read again", () => {
  expect(substitute("Bearer ${WIKI_TOKEN}", env)).toEqual({ text: "Bearer t0p", isChanged: true, mistakes: [] });
  expect(substitute("<${NESTED}|${EMPTY}>", env).text).toBe("<${WIKI_TOKEN} $${ $&|>");
  expect(substitute("$WIKI_TOKEN costs $5 {WIKI_TOKEN}", env)).toEqual({
    text: "$WIKI_TOKEN costs $5 {WIKI_TOKEN}",
    isChanged: false,
    mistakes: [],
  });
});

test("$${ stands for itself", () => {
  expect(substitute("echo $${HOME}", env)).toEqual({ text: "echo ${HOME}", isChanged: false, mistakes: [] });
});

test("each variable that is not set is named once", () => {
  const { mistakes } = substitute("${GONE} ${WIKI_TOKEN} ${GONE} ${constructor}", env);
  expect(mistakes).toEqual(
    ["GONE", "constructor"].map(
      (name) => `refers to the environment variable ${name}, which is not set: set it, or remove the reference`,
    ),
  );
});

test.each(["${}", "${WIKI_TOKEN", "${WIKI-TOKEN}", "${WIKI_TOKEN:-none}", "${1}"])(
  "%s refers to no variable",
  (text) => {
    expect(substitute(text, env)).toMatchObject({ text, mistakes: [expect.stringContaining("write ${NAME}")] });
  },
);

test("text without references is never changed, and a mistake never shows a value", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const plain = text.replaceAll("${", "");
      expect(substitute(plain, env)).toEqual({ text: plain, isChanged: false, mistakes: [] });
      expect(substitute(`${text}\${GONE}\${WIKI_TOKEN}`, { WIKI_TOKEN: "5ecret-value" }).mistakes.join()).not.toContain(
        "5ecret",
      );
    }),
  );
});
