import { afterAll, beforeAll, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { postForm } from "../support/forms.ts";
import { closedGate } from "../support/gate.ts";
import { memoryStore } from "../support/pglite.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { type WritingModel, writingModel } from "../support/writing-model.ts";

const MIB = 1024 * 1024;
/** Nine such files weigh more than one caller may have in memory. */
const BYTES = 19 * MIB;
const MOST = 8;
const blank = new File([Buffer.alloc(BYTES, " ")], "a.txt");
const written = new File(["Bun reads SQL.", Buffer.alloc(BYTES, " ")], "a.txt");

/** Runs wait at the first before they read their files, and at the second before they write. */
const reading = closedGate();
const writing = closedGate();
let store: Store;
let service: TestService<WritingModel>;
beforeAll(async () => {
  store = await memoryStore(realSystem);
  const highestDay: Store["tils"]["highestDay"] = async (userId) => {
    if (userId === "failing") throw new Error("no days");
    await reading.pass();
    return store.tils.highestDay(userId);
  };
  const model = writingModel();
  const answer: WritingModel["answer"] = async (...args) => {
    await writing.pass();
    return model.answer(...args);
  };
  service = await startService({
    model: { ...model, answer },
    store: { ...store, tils: { ...store.tils, highestDay } },
  });
});
afterAll(async () => {
  await service.stop();
  await store.close();
});

const generate = (fields: Parameters<typeof postForm>[2] = {}) =>
  postForm(service, "/api/v1/generate/stream", { file: blank, ...fields });

test("the files of runs count against their callers until a reader has them", async () => {
  const running = await Promise.all(Array.from({ length: MOST }, () => generate({ file: written })));
  expect(running.map(({ status }) => status)).toEqual(Array(MOST).fill(200));
  const refused = await generate();
  expect(refused.status).toBe(503);
  expect(await refused.text()).toContain("Too many large requests");

  reading.open();
  await writing.reached(MOST);
  // None of the runs has ended, and their files are gone.
  expect((await generate()).status).toBe(200);
  writing.open();
  for (const response of running) expect((await readSse(response).toEnd()).at(-1)?.event).toBe("complete");
}, 120_000);

test("a file counts no longer when its request is refused, or its run ends before it has read it", async () => {
  const statuses: number[] = [];
  for (let at = 0; at <= MOST; at++) {
    statuses.push((await generate({ input_type: "url" })).status);
    const failed = await generate({ user_id: "failing" });
    expect((await readSse(failed).toEnd()).at(-1)?.event).toBe("error");
  }
  expect(statuses).toEqual(Array(MOST + 1).fill(422));
}, 120_000);
