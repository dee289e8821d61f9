import { afterAll, beforeAll, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { closedGate } from "../support/gate.ts";
import { memoryStore } from "../support/pglite.ts";
import { startService, type TestService } from "../support/service.ts";
import { type WritingModel, writingModel } from "../support/writing-model.ts";

const KIB = 1024;
/** Of each body all but 64 KiB count, and 160 MiB for one caller. */
const MOST = Math.floor((160 * KIB) / (KIB - 64));
const MORE = 5;

/** A body of exactly 1 MiB, nearly all of it white space. */
const large = (path: string, fields: Readonly<Record<string, unknown>>) =>
  [path, JSON.stringify(fields).padEnd(KIB * KIB)] as const;
const QUESTION = large("/api/v1/generate/stream", { input_type: "text", content: "Bun reads SQL." });

/** Runs and TILs wait at it before they are stored. */
let storing = closedGate();
let store: Store;
let service: TestService<WritingModel>;
beforeAll(async () => {
  store = await memoryStore(realSystem);
  const begin: Store["runs"]["begin"] = async (run) => {
    await storing.pass();
    return store.runs.begin(run);
  };
  const save: Store["tils"]["save"] = async (til) => {
    await storing.pass();
    return store.tils.save(til);
  };
  service = await startService({
    model: writingModel(),
    store: { ...store, runs: { ...store.runs, begin }, tils: { ...store.tils, save } },
  });
});
afterAll(async () => {
  await service.stop();
  await store.close();
});

const post = async ([path, body]: readonly [string, string]): Promise<number> => {
  const response = await service.post(path, body);
  const text = await response.text();
  if (response.status === 503) expect(text).toContain("Too many large requests");
  return response.status;
};

test.each([
  ["questions", QUESTION, 200],
  ["TILs", large("/api/v1/tils", { title: "A", content: "B" }), 201],
] as const)(
  "%s count against their caller until they are stored",
  async (_, sent, accepted) => {
    storing = closedGate();
    const statuses = Array.from({ length: MOST + MORE }, () => post(sent));
    await storing.reached(MOST);
    const tooMany = storing.reached(MOST + 1).then(() => "stored" as const);
    expect(await Promise.race([post(sent), tooMany])).toBe(503);
    storing.open();
    const counted = Object.groupBy(await Promise.all(statuses), String);
    expect([counted[accepted]?.length, counted[503]?.length]).toEqual([MOST, MORE]);
    expect(await post(sent)).toBe(accepted);
  },
  30_000,
);

test("a question counts no longer when it is refused", async () => {
  const refused = large("/api/v1/generate/stream", { input_type: "none such" });
  const statuses: number[] = [];
  for (let at = 0; at <= MOST; at++) statuses.push(await post(refused));
  expect(new Set(statuses)).toEqual(new Set([422]));
  expect(await post(QUESTION)).toBe(200);
}, 120_000);
