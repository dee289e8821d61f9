import { describe, expect, test } from "bun:test";
import { streamV2 } from "../../src/dialects/stream-v2.ts";
import { realSystem } from "../../src/domain/system.ts";
import { deliver } from "../../src/http/response/deliver.ts";
import { LiveRun } from "../../src/runs/live-run.ts";
import { CUT, FixedStream, type StreamStep } from "../../src/streams/byte-stream.ts";
import { Departure } from "../../src/streams/departure.ts";
import { RunReader } from "../../src/streams/run-reader.ts";
import { close, fenceOf, journalOver, open, token } from "../support/journal.ts";
import { memoryLog } from "../support/memory-log.ts";

const text = ({ value }: StreamStep): string => new TextDecoder().decode(value);

describe("readers of one run, served from the commit to the socket without a promise", () => {
  /** A run that is being written, and the errors that its readers' streams report. */
  const running = () => {
    const log = memoryLog();
    const { journal } = journalOver(log.store);
    const live = new LiveRun("r", "u:t", "u", "trace");
    live.start(0);
    const { writer } = open(journal, fenceOf("u:t", "r"));
    const broken: unknown[] = [];
    const parts = {
      journal,
      store: log.store,
      system: realSystem,
      heartbeatMs: 60_000,
      departure: new Departure(realSystem, 0),
      broken: (_: string, error: unknown) => void broken.push(error),
    };
    const view = { threadId: "t", threadJson: '"t"', runId: "r", traceId: "trace", locale: "en" as const, options: {} };
    const reader = (dialect: Pick<typeof streamV2, "translate"> = streamV2) =>
      new RunReader(dialect, live, false, view, parts);
    return { log, writer, broken, reader };
  };

  test("one that fails at any point is reported, and harms neither the commit nor the others", async () => {
    const { log, writer, broken, reader } = running();
    const noDialect = reader({
      translate: () => {
        throw new Error("no such frame");
      },
    });
    const noSocket = reader();
    for (const each of [noDialect, noSocket]) await each.next(); // the comment
    const ended = noDialect.next();
    noSocket.take(() => {
      throw new Error("no such socket");
    });
    const whole = Array.fromAsync(reader(), (bytes) => text({ done: false, value: bytes }));
    await new Promise(setImmediate);
    void writer.emit(token("hello"), "n");
    expect(await close(writer)).toBe("persisted");
    expect((await whole).join("")).toMatch(/hello.*run\.completed/su);
    // The reader has received an incomplete answer and must not see an orderly end of the run.
    expect(await ended).toBe(CUT);
    expect(broken.map((error) => (error as Error).message).toSorted()).toEqual(["no such frame", "no such socket"]);
    expect(log.events("u:t").map(({ type }) => type)).toEqual(["token", "credit_settled", "done"]);
  });
});

test("a step that no socket accepts ends the response instead of leaving it open", async () => {
  const stream = new FixedStream([{ done: false, value: Symbol("no bytes") as never }]);
  const response = deliver({ response: stream, set: { headers: {} } });
  await expect(response?.text()).rejects.toThrow();
});
