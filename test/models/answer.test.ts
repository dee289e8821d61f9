import { expect, test } from "bun:test";
import { Answer } from "../../src/models/answer.ts";
import { ChatAnswer } from "../../src/models/chat-answer.ts";
import type { TextBody, TextSink } from "../../src/upstream/contract.ts";

const DELTA = `data: ${JSON.stringify({ choices: [{ delta: { content: "a" } }] })}\n\n`;
const END = `data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`;

/** A response whose body the test controls: it passes on what it receives unless it is held. */
const reading = () => {
  let sink: TextSink | undefined;
  let isHeld = false;
  const waiting: string[] = [];
  const handOver = (): void => {
    for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
      sink?.text(piece);
      if (isHeld) return;
    }
  };
  const body: TextBody = {
    pour: (into) => {
      sink = into;
    },
    pause: () => {
      isHeld = true;
    },
    resume: () => {
      isHeld = false;
      handOver();
    },
    finish: () => {},
    cancel: () => {},
  };
  const chat = new ChatAnswer({
    model: "compatible:x",
    request: { system: "", messages: [], tools: [] },
    failureContext: { keyVariable: "K", now: () => 0 },
    newId: () => "id",
  });
  const received: string[] = [];
  const answer = new Answer(body, chat, new AbortController().signal, (part) => {
    if (part.type === "text") received.push(part.delta);
    return undefined;
  });
  const finished = answer.read();
  return {
    received,
    finished,
    comes: (...pieces: readonly string[]) => {
      waiting.push(...pieces);
      if (!isHeld) handOver();
    },
  };
};

test("a body that arrives in one chunk is read in parts, one per turn of the event loop, to its end", async () => {
  const { received, finished, comes } = reading();
  comes(DELTA.repeat(20_000) + END);
  expect(received.length).toBeGreaterThan(0);
  expect(received.length).toBeLessThan(2_000);
  await finished;
  expect(received.join("")).toBe("a".repeat(20_000));
});

test("a body that arrives character by character is also read in parts", async () => {
  const { received, finished, comes } = reading();
  comes(...DELTA.repeat(1_000), END);
  expect(received.length).toBeLessThan(100);
  await finished;
  expect(received.join("")).toBe("a".repeat(1_000));
});

test("a small chunk is emitted in the call that delivers it", () => {
  const { received, comes } = reading();
  comes(DELTA, DELTA);
  expect(received).toEqual(["a", "a"]);
});

test("an answer with megabytes in a row without content is ended; one with content in between is not", async () => {
  const nothing = ": keep\n\n".repeat(1_300_000);
  const fine = reading();
  fine.comes(nothing, DELTA, nothing, END);
  await fine.finished;
  expect(fine.received).toEqual(["a"]);
  const quiet = reading();
  quiet.comes(nothing, nothing, END);
  await expect(quiet.finished).rejects.toMatchObject({
    message: "The model's answer brings no content for more than 16777216 characters and was cut off.",
    retryable: false,
  });
});
