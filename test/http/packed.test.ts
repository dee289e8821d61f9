import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { LogEvent } from "../../src/domain/event.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import { solve } from "../support/answers.ts";
import { nativeEvents, range, seqs } from "../support/native-events.ts";
import { packAll } from "../support/packing.ts";
import { endAt, newRun, started } from "../support/runs.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { stores } from "../support/stores.ts";

describe.each(stores)("a thread whose log is packed in %s", (_name, open) => {
  let store: Store;
  let service: TestService<ScriptedModel>;
  beforeAll(async () => {
    store = await open();
    // Only the test packs.
    service = await startService({ store: { ...store, packing: { ...store.packing, pack: async () => null } } });
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await store.close();
  });

  /** A turn of 300 tokens and some reasoning, as an agent writes it. */
  const turn = async (key: ThreadKey): Promise<void> => {
    const { fence, lastSeq } = await started(service.store, newRun(key));
    let seq = lastSeq;
    const event = (type: LogEvent["type"], payload: object): LogEvent => {
      seq += 1;
      return { runId: fence.runId, seq, type, at: 1_767_225_600_000 + 11 * seq, json: JSON.stringify(payload) };
    };
    const deltas = (type: "token" | "reasoning", count: number) =>
      Array.from({ length: count }, (_, at) => event(type, { delta: at % 7 === 0 ? '"\n👩‍👩‍👧 ' : ` word ${at}` }));
    const events = [
      event("page_start", { title: "Rivers" }),
      event("solve_progress", { node: "answer", stage: "answer", status: "in_progress", message: "" }),
      ...deltas("reasoning", 5),
      ...deltas("token", 300),
      event("credit_settled", { input_tokens: 1, output_tokens: 300, credits: 1 }),
    ];
    const end = endAt(fence, seq + 1);
    expect(await service.store.runs.finish(fence, { ...end, events: [...events, ...end.events] })).toBe("ended");
  };

  const bytesOf = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
    const response = await service.get(path, { headers });
    return `${response.status}\n${await response.text()}`;
  };

  test("is streamed and shown byte for byte as before, from any place", async () => {
    await turn("packed:t");
    await turn("packed:t");
    const last = (await service.store.events.bounds("packed:t"))?.last ?? 0;
    const [first] = await service.store.events.read("packed:t", 0, 1);
    const runId = first?.runId ?? "";
    const all = async () => {
      const events = "/api/v1/threads/t/events?userId=packed";
      const places = range(0, last + 1).filter((seq) => seq % 37 === 0 || seq > last - 3);
      return {
        events: await Promise.all(
          [events, ...places.map((seq) => `${events}&after=${seq}`)].map((path) => bytesOf(path)),
        ),
        thread: await bytesOf("/api/v1/threads/t?userId=packed"),
        run: await bytesOf(`/api/v1/runs/${runId}?userId=packed`),
      };
    };
    const before = await all();
    expect(before.events[0]?.length ?? 0).toBeGreaterThan(600 * 100);
    expect(await packAll(store)).toBe(2 * 309);
    expect(await all()).toEqual(before);
  }, 60_000);

  test("is followed without a gap by a reader that replays it while it is packed and its next turn goes on", async () => {
    for (let at = 0; at < 6; at++) await turn("live:t");
    const { stream } = await solve(service, "live", "t");
    const call = await service.model.nextCall();
    const reader = readSse(await service.get("/api/v1/threads/t/events?userId=live"));
    const packing = packAll(store);
    for (let at = 0; at < 20; at++) call.emit({ type: "text", delta: `word ${at} ` });
    call.finish("end");
    const events = nativeEvents(await reader.toEnd());
    await packing;
    await stream.toEnd();
    expect(seqs(events)).toEqual(range(1, events.length));
    expect(events.filter(({ type }) => type === "done")).toHaveLength(7);
    expect(await packAll(store)).toBeGreaterThanOrEqual(0);
    const again = nativeEvents(await readSse(await service.get("/api/v1/threads/t/events?userId=live")).toEnd());
    expect(again).toEqual(events);
  }, 60_000);
});
