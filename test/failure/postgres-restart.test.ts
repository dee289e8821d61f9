import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { Model } from "../../src/models/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { messagesOf } from "../support/messages-of.ts";
import { answerFrom } from "../support/model-parts.ts";
import { startPostgres } from "../support/postgres.ts";
import { startService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";

const RUNS = 30;

/** A model whose every call counts until it is told to finish, so that its stream is always active. */
const countingModel = (): Model & { finishAll(): void } => {
  let isOver = false;
  return {
    id: "counting",
    check: async () => {},
    finishAll: () => {
      isOver = true;
    },
    answer: answerFrom(async function* (_request, { signal }) {
      for (let i = 0; !isOver; i++) {
        yield { type: "text", delta: `${i} ` };
        await realSystem.sleep(20, signal);
      }
      yield { type: "finish", reason: "stop", usage: { inputTokens: 1, outputTokens: 1 } };
    }),
  };
};

test("a restart of Postgres under thirty streams: none hangs, none loses or repeats a word, and new runs work", async () => {
  const postgres = await startPostgres();
  const model = countingModel();
  const store = postgresStore({ url: await postgres.freshDatabase(), system: realSystem, deadlineMs: 2_000 });
  const service = await startService({ store, model, owner: "restart" });
  const ask = async (threadId: string) =>
    readSse(await service.post("/stream/v2", { message: "count", userId: "r", threadId }));
  const isToken = ({ event }: { event?: string | undefined }) => event === "llm.token.delta";
  const deltas = (events: readonly { event?: string | undefined; data: string }[]) =>
    events.filter(isToken).map(({ data }) => JSON.parse(data).delta as string);

  const streams = await Promise.all(Array.from({ length: RUNS }, (_, i) => ask(`t${i}`)));
  await Promise.all(streams.map((stream) => stream.until(isToken)));
  await postgres.stop();
  const before = streams.map(({ events }) => events.length);
  await postgres.start();
  // Each stream goes on by itself, or ended because the store was unavailable.
  await Promise.all(
    streams.map((stream, i) =>
      stream.until((event) => stream.events.indexOf(event) > (before[i] ?? 0) + 2).catch(() => {}),
    ),
  );
  model.finishAll();

  let completed = 0;
  for (const [i, stream] of streams.entries()) {
    const events = await stream.toEnd();
    const terminal = events.filter((event) => !isToken(event));
    expect(terminal).toHaveLength(1);
    expect(terminal).toEqual(events.slice(-1));
    const seen = deltas(events).join("");
    expect(seen).toBe(Array.from({ length: seen.split(" ").length - 1 }, (_, n) => `${n} `).join(""));
    const message = (await messagesOf(store, `r:t${i}`)).at(-1)?.content ?? "";
    if (terminal[0]?.event === "run.completed") {
      completed++;
      expect(seen).toBe(message);
    } else expect(message.startsWith(seen)).toBe(true);
    const log = await store.events.read(`r:t${i}`, 0, 100_000);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, n) => n + 1));
  }
  expect(completed).toBeGreaterThan(RUNS / 2);

  const next = await ask("afterwards");
  expect((await next.toEnd()).at(-1)?.event).toBe("run.completed");
  const again = await ask("t0");
  expect((await again.toEnd()).at(-1)?.event).toBe("run.completed");
  await service.drain();
  await store.close();
  await postgres.stop();
}, 40_000);
