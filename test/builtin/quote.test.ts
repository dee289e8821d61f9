import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { builtinModel } from "../../src/builtin/model/index.ts";
import { statementsOf } from "../../src/builtin/model/statements.ts";
import type { ModelMessage } from "../../src/models/contract.ts";
import { type QuotedPassage, withPassages } from "../../src/models/passages.ts";
import { textFrom } from "../support/model-parts.ts";

const answerTo = async (question: string, passages: readonly QuotedPassage[], before: readonly ModelMessage[] = []) => {
  const userMessage: ModelMessage = { role: "user", content: withPassages(question, passages), images: [] };
  return await textFrom(builtinModel(), { system: "", messages: [...before, userMessage], tools: [] });
};

const POLICY: QuotedPassage = {
  title: "휴가 규정",
  content:
    "## 2. 병가\n\n병가는 한 해 10일까지 유급이다. 이틀 이하는 진단서 없이 쓸 수 있다.\n\n| 사유 | 일수 |\n| --- | --- |\n| 본인 결혼 | 5일 |",
};
const MANUAL: QuotedPassage = {
  title: "Espresso manual",
  content:
    "The part number of the\ngasket is CD-GSK-73. Clean it weekly.\n\n- Every three months: descale, 40 g of acid to a litre.",
};

describe("the built-in model, asked to answer from passages", () => {
  test("quotes the sentence that answers, word for word, with the passage's number and title", async () => {
    const answer = await answerTo("병가는 며칠까지 유급인가요?", [MANUAL, POLICY]);
    expect(answer).toContain("> 병가는 한 해 10일까지 유급이다. [2]");
    expect(answer).toContain("[2] 휴가 규정");
    expect(answer).not.toContain("[1]");
    expect(answer).toContain("내장 모델은 글을 새로 쓰지 않으니");
  });

  test("answers in the question's language, whatever that of the passages", async () => {
    const answer = await answerTo("What is the gasket's part number?", [POLICY, MANUAL]);
    expect(answer).toContain("> The part number of the gasket is CD-GSK-73. [2]");
    expect(answer).toContain("word for word");
    expect(await answerTo("병가 sick leave?", [MANUAL])).toMatch(/[가-힣]/);
  });

  test.each([
    ["본인 결혼은 며칠 쉬나요?", "> | 본인 결혼 | 5일 | [1]"],
    ["How much acid when descaling?", "> - Every three months: descale, 40 g of acid to a litre. [2]"],
  ])("quotes rows and items: %j", async (question, quoted) => {
    expect(await answerTo(question, [POLICY, MANUAL])).toContain(quoted);
  });

  test.each([
    ["Wann fährt der Zug?", "> The part number of the gasket is CD-GSK-73. [1]"],
    ["How far away is the moon, in part, when it is full and red and low?", "> The part number of the gasket"],
  ])("says so when the passages have hardly a word of %j, and shows the nearest one", async (question, nearest) => {
    const answer = await answerTo(question, [MANUAL]);
    expect(answer).toStartWith("Your documents do not seem to answer this");
    expect(answer).toContain(nearest);
  });

  test("also has an answer for a passage without statements", async () => {
    expect(await answerTo("??", [{ title: "t", content: "" }])).toStartWith(
      "Your documents do not seem to answer this",
    );
  });

  test("uses only the last question", async () => {
    const before: ModelMessage[] = [
      { role: "user", content: "2x + 3 = 7", images: [] },
      { role: "assistant", content: "**x = 2**", toolCalls: [] },
    ];
    expect(await answerTo("병가는 유급이야?", [POLICY], before)).toContain("> 병가는 한 해 10일까지 유급이다. [1]");
  });

  test("quotes only existing text, and always ends", async () => {
    const piece = fc.constantFrom(
      "병가는 ",
      "gasket ",
      ". ",
      "\n",
      "\n\n",
      "- ",
      "| ",
      "# ",
      "E4: ",
      "🎉",
      "x".repeat(500),
    );
    const content = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));
    await fc.assert(
      fc.asyncProperty(content, content, async (question, passage) => {
        const answer = await answerTo(question, [{ title: "t", content: passage }]);
        const whole = passage.replace(/\s+/g, " ");
        for (const [, quoted = ""] of answer.matchAll(/^> (.*) \[1\]$/gm)) {
          for (const piece of statementsOf(quoted).flatMap((statement) => statement.split("…"))) {
            expect(whole).toContain(piece.trim());
          }
        }
      }),
    );
  });

  test("finds the sentence of questions that use the document's words", async () => {
    const folder = join(import.meta.dir, "../fixtures/retrieval");
    for (const language of ["ko", "en"]) {
      const questions = JSON.parse(readFileSync(join(folder, `questions-${language}.json`), "utf8")) as Question[];
      const userMessage = questions.filter(
        ({ document, kind }) => kind === "lexical" && /\.(?:md|txt)$/.test(document),
      );
      let right = 0;
      for (const { question, document, answer } of userMessage) {
        const content = readFileSync(join(folder, language, document), "utf8");
        if ((await answerTo(question, [{ title: document, content }])).includes(answer)) right++;
      }
      expect(right / userMessage.length).toBeGreaterThan(0.9);
    }
  });
});

interface Question {
  readonly question: string;
  readonly document: string;
  readonly answer: string;
  readonly kind: "lexical" | "paraphrase";
}
