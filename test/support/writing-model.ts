import type { Model } from "../../src/models/contract.ts";
import { readWriting, type Writing, type WritingForm } from "../../src/models/writing.ts";

export interface WritingModel extends Model {
  /** What it was asked to write so far. */
  readonly asked: readonly Writing[];
}

const USUAL: Readonly<Record<WritingForm, string>> = {
  note: "Bun reads SQL. It keeps a pool.",
  title: "Bun reads SQL",
  excerpt: "Bun reads SQL and keeps a pool.",
  tags: '["bun", "sql"]',
};

/** A model that writes at once what it is told for each form, word by word, or fails as told; 10 tokens in and 5 out a call. */
export const writingModel = (answers: Partial<Readonly<Record<WritingForm, string | Error>>> = {}): WritingModel => {
  const asked: Writing[] = [];
  return {
    id: "writing",
    asked,
    check: async () => {},
    async *stream(request) {
      const writing = readWriting(request);
      if (writing === null) throw new Error("it was asked for something else");
      asked.push(writing);
      const answer = answers[writing.form] ?? USUAL[writing.form];
      if (answer instanceof Error) throw answer;
      for (const delta of answer.match(/\s*\S+\s*/g) ?? []) yield { type: "text", delta };
      yield { type: "finish", reason: "stop", usage: { inputTokens: 10, outputTokens: 5 } };
    },
  };
};
