import { afterAll, beforeAll, expect, test } from "bun:test";
import { EACH_TURN } from "../../src/runs/arrivals.ts";
import { memoryStore } from "../support/pglite.ts";
import type { scriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { type Taps, tappedStore } from "../support/tapped-store.ts";

let service: TestService<ReturnType<typeof scriptedModel>>;
let taps: Taps;
beforeAll(async () => {
  const { store, taps: put } = tappedStore(await memoryStore());
  taps = put;
  service = await startService({ store });
});
afterAll(async () => {
  await service.stop();
  await service.store.close();
});

/** Counts the runs started in each turn of the event loop; `all` resolves once `count` have started. */
const countingTurns = (count: number) => {
  const begunAt = new Map<number, number>();
  const all = Promise.withResolvers<void>();
  let [turn, begun] = [0, 0];
  // Scheduled before the first question, so that it runs first in each turn.
  const next = () => {
    turn++;
    if (begun < count) setImmediate(next);
  };
  next();
  taps.begin = (begin, run) => {
    begunAt.set(turn, (begunAt.get(turn) ?? 0) + 1);
    if (++begun === count) all.resolve();
    return begin(run);
  };
  return { begunAt, all: all.promise };
};

test("of many questions that arrive at once, the first runs start before the last requests are read", async () => {
  const count = 3 * EACH_TURN;
  const { begunAt, all } = countingTurns(count);
  const { hostname, port } = new URL(service.url);
  const sockets = await Promise.all(
    Array.from({ length: count }, () => Bun.connect({ hostname, port: Number(port), socket: { data: () => {} } })),
  );
  const body = JSON.stringify({ message: "hello", userId: "u" });
  const head = `POST /stream/v2 HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
  // All have arrived when the event loop polls next.
  for (const socket of sockets) socket.write(`${head}\r\n\r\n${body}`);
  await all;
  expect(Math.max(...begunAt.values())).toBeLessThanOrEqual(EACH_TURN);
  for (let answered = 0; answered < count; answered++) (await service.model.nextCall()).finish("hello");
  for (const socket of sockets) socket.terminate();
});
