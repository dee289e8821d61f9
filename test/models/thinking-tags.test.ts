import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { DEFAULT_THINKING_TAGS, parseThinkingTags, ThinkingSplitter } from "../../src/models/thinking-tags.ts";

interface Split {
  readonly reasoning: string;
  readonly text: string;
}

/** Splits a text that comes in pieces, as the adapters do. */
const split = (pieces: readonly string[], tags = DEFAULT_THINKING_TAGS): Split => {
  const output = { reasoning: "", text: "" };
  const splitter = new ThinkingSplitter(tags);
  const emit = (type: "text" | "reasoning", delta: string): void => {
    expect(delta).not.toBe("");
    output[type] += delta;
  };
  for (const piece of pieces) {
    if (splitter.isText) emit("text", piece);
    else splitter.push(piece, emit);
  }
  splitter.end(emit);
  return output;
};

const TABLE: readonly (readonly [about: string, output: string, Split])[] = [
  ["thoughts, then the answer", "<think>hm\n</think>\n\nYes.", { reasoning: "hm\n", text: "Yes." }],
  ["blank characters before them", " \n<thinking>hm</thinking>Yes.", { reasoning: "hm", text: "Yes." }],
  ["thoughts twice", "<think>a</think>\n<think>b</think>\nYes.", { reasoning: "ab", text: "Yes." }],
  ["no thoughts", "Yes <think>no</think>", { reasoning: "", text: "Yes <think>no</think>" }],
  ["a tag in code", "```\n<think>x</think>\n```", { reasoning: "", text: "```\n<think>x</think>\n```" }],
  ["a tag after the thoughts", "<think>a</think>It is `<think>`.", { reasoning: "a", text: "It is `<think>`." }],
  ["another tag", "<thinker>x</thinker>", { reasoning: "", text: "<thinker>x</thinker>" }],
  ["the beginning of a tag", "<thin", { reasoning: "", text: "<thin" }],
  ["a comparison", "< 3", { reasoning: "", text: "< 3" }],
  ["empty thoughts", "<think>\n\n</think>\n\nYes.", { reasoning: "\n\n", text: "Yes." }],
  ["thoughts without an end", "<think>hm </thin", { reasoning: "hm </thin", text: "" }],
  ["thoughts alone", "<think>hm</think>\n ", { reasoning: "hm", text: "" }],
  ["blank characters alone", " \n", { reasoning: "", text: " \n" }],
  ["what looks like the end", "<think>a </think b </ </think>c", { reasoning: "a </think b </ ", text: "c" }],
  ["nothing", "", { reasoning: "", text: "" }],
];

describe("thoughts in tags", () => {
  test.each(TABLE)("%s, cut anywhere", (_, output, expected) => {
    for (let at = 0; at <= output.length; at++) {
      expect(split([output.slice(0, at), output.slice(at)].filter((piece) => piece !== ""))).toEqual(expected);
    }
    expect(split([...output])).toEqual(expected);
  });

  test("are the same however any text is cut, and no character is lost", () => {
    const word = fc.constantFrom("<think>", "</think>", "<", "/", "thi", "nk>", " ", "\n", "a", "🌊", "<thinking>");
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.array(fc.nat(60), { maxLength: 6 }), (words, cuts) => {
        const output = words.join("");
        const bounds = [0, ...cuts.map((cut) => Math.min(cut, output.length)).toSorted((a, b) => a - b), output.length];
        const pieces = bounds.slice(1).map((end, at) => output.slice(bounds[at], end));
        const whole = split([output]);
        expect(split(pieces.filter((piece) => piece !== ""))).toEqual(whole);
        if (whole.reasoning === "") expect([output, ""]).toContain(whole.text === "" ? "" : output);
        if (!output.trimStart().startsWith("<think")) expect(whole).toEqual({ reasoning: "", text: output });
      }),
    );
  });

  test("cost nothing once the answer has begun otherwise", () => {
    const splitter = new ThinkingSplitter(DEFAULT_THINKING_TAGS);
    splitter.push("A", () => {});
    expect(splitter.isText).toBe(true);
  });

  test("do not hold back blank characters without end", () => {
    const splitter = new ThinkingSplitter(DEFAULT_THINKING_TAGS);
    let text = "";
    splitter.push(" ".repeat(2_000), (_, delta) => {
      text += delta;
    });
    expect(text).toHaveLength(2_000);
  });
});

describe("the tags that an operator names", () => {
  test.each([
    ["think", [{ open: "<think>", close: "</think>" }]],
    [
      " reasoning , [THINK] [/THINK]",
      [
        { open: "<reasoning>", close: "</reasoning>" },
        { open: "[THINK]", close: "[/THINK]" },
      ],
    ],
    ["seed:think", [{ open: "<seed:think>", close: "</seed:think>" }]],
    ["", null],
    ["think,", null],
    ["<think>", null],
    ["a b c", null],
  ])("%j", (text, tags) => {
    expect(parseThinkingTags(text)).toEqual(tags);
  });

  test("replace the default ones", () => {
    const tags = parseThinkingTags("[THINK] [/THINK]") ?? [];
    expect(split([..."[THINK]a[/THINK]b"], tags)).toEqual({ reasoning: "a", text: "b" });
    expect(split(["<think>a</think>"], tags)).toEqual({ reasoning: "", text: "<think>a</think>" });
  });
});
