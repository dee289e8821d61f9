import type { Model } from "../../src/models/contract.ts";
import { readWriting, type Writing, type WritingForm } from "../../src/models/writing.ts";
import { answerFrom } from "./model-parts.ts";

export interface WritingModel extends Model {
  /** The requests so far. */
  readonly requests: readonly Writing[];
}

const DEFAULT_PARTS: Readonly<Record<WritingForm, string>> = {
  note: "Bun reads SQL. It keeps a pool.",
  title: "Bun reads SQL",
  excerpt: "Bun reads SQL and keeps a pool.",
  tags: '["bun", "sql"]',
};

/**
 * A model that writes the given text for each form at once, word by word, or fails as given; without an entry it writes
 * the default. Each call costs 10 input and 5 output tokens.
 */
export const writingModel = (
  answerTo: (form: WritingForm) => string | Error | undefined = () => undefined,
): WritingModel => {
  const requests: Writing[] = [];
  return {
    id: "writing",
    requests,
    check: async () => {},
    answer: answerFrom(async function* (request) {
      const writing = readWriting(request);
      if (writing === null) throw new Error("it was asked for something else");
      requests.push(writing);
      const answer = answerTo(writing.form) ?? DEFAULT_PARTS[writing.form];
      if (answer instanceof Error) throw answer;
      for (const delta of answer.match(/\s*\S+\s*/g) ?? []) yield { type: "text", delta };
      yield { type: "finish", reason: "stop", usage: { inputTokens: 10, outputTokens: 5 } };
    }),
  };
};
