import { expect, test } from "bun:test";
import fc from "fast-check";
import type { EventBody } from "../../src/domain/event.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { fastSystem } from "../support/fast-system.ts";
import { close, fenceOf, journalOver, note, open, reasoning, token } from "../support/journal.ts";
import { memoryLog } from "../support/memory-log.ts";
import { tappedStore } from "../support/tapped-store.ts";

/**
 * The possible steps: a run emits, the event loop turns, a store call is slow, fails, or succeeds without
 * acknowledgement.
 */
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("say" as const),
      run: fc.nat(4),
      node: fc.constantFrom("n", "m"),
      what: fc.constantFrom<"token" | "reasoning" | "note" | "checkpoint">("token", "reasoning", "note", "checkpoint"),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const), run: fc.nat(4) }) },
);
const fate = fc.constantFrom<"soon" | "later" | "fails" | "untold">("soon", "soon", "later", "fails", "untold");

test("for any events in any order and any answers of the store, every log is complete and has no gap", () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.array(fate, { maxLength: 12 }), async (steps, chosen) => {
      const fates = [...chosen];
      const log = memoryLog();
      const { store, taps } = tappedStore(log.store);
      const through = async <T>(call: () => Promise<T>): Promise<T> => {
        const end = fates.shift() ?? "soon";
        if (end === "later") await new Promise(setImmediate);
        if (end === "fails") throw new StoreError("unavailable", "away");
        const value = await call();
        if (end === "untold") throw new StoreError("unavailable", "away");
        return value;
      };
      taps.append = (next, batch) => through(() => next(batch));
      taps.finish = (next, fence, end) => through(() => next(fence, end));
      const { journal } = journalOver(store, { system: fastSystem(500), storeWaitMs: 1e9 });
      const runs = Array.from({ length: 5 }, (_, i) => ({
        key: `u:${i}` as const,
        writer: open(journal, fenceOf(`u:${i}`)).writer,
        answer: "",
        reasoned: "",
        notes: 0,
        points: 0,
      }));
      let count = 0;
      for (const action of steps) {
        if (action.do === "turn") await new Promise(setImmediate);
        else {
          const run = runs[action.run];
          if (run === undefined) continue;
          if (action.do === "close") {
            void close(run.writer);
            continue;
          }
          const isOpen = !run.writer.isClosed;
          const text = `${count++} `;
          if (action.what === "checkpoint") {
            run.writer.checkpoint({ checkpointId: text, node: action.node, change: "{}" });
            if (isOpen) run.points++;
            continue;
          }
          const body: EventBody = { token: token(text), reasoning: reasoning(text), note: note(text) }[action.what];
          void run.writer.emit(body, action.node);
          if (!isOpen) continue;
          if (action.what === "token") run.answer += text;
          else if (action.what === "reasoning") run.reasoned += text;
          else run.notes++;
        }
      }
      expect(await Promise.all(runs.map(({ writer }) => close(writer)))).toEqual(runs.map(() => "persisted"));
      for (const { key, answer, reasoned, notes, points } of runs) {
        const events = log.events(key);
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
        const texts = (type: string) =>
          events.flatMap((event) => (event.type === type ? [JSON.parse(event.json).delta] : [])).join("");
        expect(texts("token")).toBe(answer);
        expect(texts("reasoning")).toBe(reasoned);
        expect(events.filter(({ type }) => type === "node_result")).toHaveLength(notes);
        expect(events.filter(({ type }) => type === "done")).toHaveLength(1);
        expect(events.at(-1)?.type).toBe("done");
        expect(log.checkpoints(`run of ${key}`)).toHaveLength(points);
        expect(log.end(`run of ${key}`)?.message?.content).toBe(answer);
      }
    }),
    { numRuns: 150 },
  ));
