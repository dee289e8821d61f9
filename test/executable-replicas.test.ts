import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../src/domain/system.ts";
import { type Box, box, post } from "./support/executable.ts";
import { modelServer, replyOf } from "./support/model-server.ts";
import { type NativeEvent, nativeEvents, payloadsOf } from "./support/native-events.ts";
import { freshDatabase } from "./support/postgres.ts";
import { readSse } from "./support/sse.ts";
import { openAiChat } from "./support/wires/openai-chat.ts";

const BUILD_MS = 120_000;
const MINUTE = 60_000;
/** Long enough that a busy machine renews in time, short enough for a test to wait for. */
const LEASE_MS = 3_000;

/** Two processes on one host with one Postgres and one model. */
let alone: Box;
let url: string;
beforeAll(async () => {
  alone = await box();
  url = await freshDatabase();
}, BUILD_MS);
afterAll(() => alone[Symbol.dispose]());

const replica = (server: { readonly url: string }) =>
  alone.serve({
    DATABASE_URL: url,
    LEASE_TTL: `${LEASE_MS}ms`,
    MODEL: "compatible:x",
    MODEL_BASE_URL: `${server.url}/v1`,
  });

type Replica = Awaited<ReturnType<typeof replica>>;

/** A run that has emitted half a sentence. */
const begun = async ({ url }: Replica) => {
  const threadId = realSystem.id();
  const response = await post(`${url}/api/v1/solve`, { problem: "Tell me.", user_id: "u1", thread_id: threadId });
  const stream = readSse(response);
  await stream.until(({ event }) => event === "token");
  return { threadId, stream };
};

/** Returns the whole log, read on a replica to the run's end. */
const logOn = async ({ url }: Replica, threadId: string): Promise<readonly NativeEvent[]> =>
  nativeEvents(await readSse(await fetch(`${url}/api/v1/threads/${threadId}/events?userId=u1&after=0`)).toEnd());

const half = (after: Promise<void> = new Promise<never>(() => {})) => ({
  ...replyOf(openAiChat, { text: ["Half a "], finish: null }),
  rest: { after, frames: openAiChat.encode({ text: ["sentence."], finish: "stop" }) },
});
const otherHalf = replyOf(openAiChat, { text: ["sentence."], finish: "stop" });
/** The whole answer, from two attempts. */
const isWhole = (events: readonly NativeEvent[]): void => {
  expect(payloadsOf(events, "token")).toEqual([{ delta: "Half a " }, { delta: "sentence." }]);
  expect(payloadsOf(events, "attempt_started")).toEqual([{ attempt: 2, reason: "takeover" }]);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
  expect(events.at(-1)?.type).toBe("done");
};

describe("of two processes on one Postgres", () => {
  test(
    "the run of a killed one goes on on the other once its lease has ended, and its model continues its text",
    async () => {
      await using server = modelServer(openAiChat);
      server.reply(half(), otherHalf);
      await using living = await replica(server);
      const dying = await replica(server);
      const { threadId } = await begun(dying);
      await dying.end("SIGKILL");
      isWhole(await logOn(living, threadId));
      expect(server.received[1]?.body).toMatchObject({
        messages: expect.arrayContaining([expect.objectContaining({ role: "assistant", content: "Half a " })]),
      });
    },
    MINUTE,
  );

  test(
    "one that is suspended for longer than a lease loses its run, writes nothing more to it, and goes on serving",
    async () => {
      await using server = modelServer(openAiChat);
      const more = Promise.withResolvers<void>();
      server.reply(half(more.promise), otherHalf, replyOf(openAiChat, { text: ["Well."], finish: "stop" }));
      await using living = await replica(server);
      await using stopped = await replica(server);
      const { threadId, stream } = await begun(stopped);
      stopped.signal("SIGSTOP");
      const events = await logOn(living, threadId);
      isWhole(events);
      more.resolve();
      stopped.signal("SIGCONT");
      // Its own reader receives the run's end in the log, and nothing that came afterwards.
      expect(nativeEvents(await stream.toEnd()).at(-1)?.type).toBe("done");
      expect(await logOn(stopped, threadId)).toEqual([...events]);
      const next = { problem: "And now?", user_id: "u1", thread_id: threadId };
      const answer = nativeEvents(await readSse(await post(`${stopped.url}/api/v1/solve`, next)).toEnd());
      expect(answer.at(-1)).toMatchObject({ type: "done", seq: events.length + answer.length });
    },
    MINUTE,
  );

  test(
    "one that is suspended for less than a lease goes on with its run",
    async () => {
      await using server = modelServer(openAiChat);
      const more = Promise.withResolvers<void>();
      server.reply(half(more.promise));
      await using living = await replica(server);
      await using stopped = await replica(server);
      const { threadId, stream } = await begun(stopped);
      stopped.signal("SIGSTOP");
      await realSystem.sleep(LEASE_MS / 4);
      stopped.signal("SIGCONT");
      more.resolve();
      expect(nativeEvents(await stream.toEnd()).at(-1)?.type).toBe("done");
      const tokens = payloadsOf(await logOn(living, threadId), "token") as readonly { delta: string }[];
      expect(tokens.map(({ delta }) => delta).join("")).toBe("Half a sentence.");
    },
    MINUTE,
  );

  test(
    "one that is killed and restarted at once leaves the other's runs alone, and its own earlier run goes on",
    async () => {
      await using server = modelServer(openAiChat);
      const more = Promise.withResolvers<void>();
      server.reply(half(more.promise), half(), otherHalf);
      await using living = await replica(server);
      const { threadId: healthy, stream } = await begun(living);
      const dying = await replica(server);
      const { threadId: orphan } = await begun(dying);
      await dying.end("SIGKILL");
      await using again = await replica(server);
      isWhole(await logOn(again, orphan));
      more.resolve();
      expect(nativeEvents(await stream.toEnd()).at(-1)?.type).toBe("done");
      expect((await logOn(again, healthy)).at(-1)?.type).toBe("done");
    },
    MINUTE,
  );
});
