import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { realSystem } from "../../src/domain/system.ts";
import { openLogger, type ServiceLogger, serviceLogger } from "../../src/logger.ts";
import { type Model, ModelError } from "../../src/models/contract.ts";
import { withRetry } from "../../src/models/retry.ts";
import type { Store } from "../../src/store/contract.ts";
import { pgliteStore } from "../../src/store/drivers/pglite.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { fixedModels } from "../support/fixed-models.ts";
import { memoryStore } from "../support/pglite.ts";
import { freshDatabase } from "../support/postgres.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { startService } from "../support/service.ts";
import { canMount, smallDisk } from "../support/small-disk.ts";

describe.skipIf(!canMount)("GET /api/v1/health", () => {
  test("is 503 while the disk is full and says so, in the answer and once in the log; liveness stays 200", async () => {
    using disk = smallDisk(200);
    const store = await pgliteStore({ dataDir: join(disk.path, "data"), system: realSystem });
    const logged: (string | null)[] = [];
    const log = { ...serviceLogger(openLogger("silent")), storeChanged: (why: string | null) => void logged.push(why) };
    const service = await startService({ store, logger: log });
    /** Asks until the answer has changed: a result is reused for one second. */
    const untilStatus = async (status: number) => {
      for (;;) {
        const response = await service.get("/api/v1/health");
        if (response.status === status) return ((await response.json()) as { checks: Record<string, string> }).checks;
        await response.body?.cancel();
      }
    };
    expect(await untilStatus(200)).toMatchObject({ store: "ok", migrations: "ok" });
    disk.fill();
    expect(await untilStatus(503)).toMatchObject({ store: "the database's disk is full" });
    expect((await service.get("/health")).status).toBe(200);
    disk.free();
    expect(await untilStatus(200)).toMatchObject({ store: "ok" });
    expect(logged).toEqual(["the database's disk is full", null]);
    await service.stop();
    await store.close();
  }, 60_000);
});

test("an agent's own model that cannot be reached is named, and leaves the process ready", async () => {
  const changes: (readonly [string, string | null])[] = [];
  const logger: ServiceLogger = {
    ...serviceLogger(openLogger("silent")),
    modelChanged: (model, error) => void changes.push([model, error?.message ?? null]),
  };
  let isAway = true;
  const own: Model = {
    ...scriptedModel(),
    id: "compatible:own",
    check: async () => {
      if (isAway) throw new ModelError("model_unavailable", "It is away.", { retryable: true });
    },
  };
  const model = scriptedModel();
  const models = { ...fixedModels(model), agentModels: async () => [own] };
  const service = await startService<Model>({ model, models, logger });
  const look = async () => {
    const response = await service.get("/api/v1/health");
    return [response.status, ((await response.json()) as { checks: object }).checks];
  };
  const others = { store: "ok", migrations: "ok", model: "ok" };
  for (let time = 0; time < 2; time++)
    expect(await look()).toEqual([200, { ...others, "model/compatible:own": "It is away." }]);
  isAway = false;
  expect(await look()).toEqual([200, { ...others, "model/compatible:own": "ok" }]);
  expect(changes).toEqual([
    ["compatible:own", "It is away."],
    ["compatible:own", null],
  ]);
  await service.stop();
});

test("a model that cannot be reached is logged once, with its name and the remedy, and so is its return", async () => {
  const lines: string[] = [];
  const logger = serviceLogger(openLogger("info", [], (line) => lines.push(line)));
  let failure: Error | null = null;
  const check = async () => {
    if (failure !== null) throw failure;
  };
  const model = withRetry(
    { ...scriptedModel(), id: "compatible:x", check },
    { system: realSystem, logger: logger.models },
  );
  const clock = { now: 0 };
  const system = { ...realSystem, now: () => realSystem.now() + clock.now };
  const service = await startService<Model>({ model, logger, system });
  const look = async () => {
    clock.now += 60_000;
    const response = await service.get("/api/v1/health");
    return [response.status, ((await response.json()) as { checks: { model: string } }).checks.model];
  };
  expect(await look()).toEqual([200, "ok"]);
  failure = new ModelError("model_unavailable", "No.", { retryable: false, remedy: "Check MODEL_API_KEY." });
  for (let time = 0; time < 3; time++) expect(await look()).toEqual([503, "No."]);
  failure = new DOMException("It took too long.", "TimeoutError");
  expect(await look()).toEqual([503, "the model cannot be reached"]);
  failure = null;
  expect(await look()).toEqual([200, "ok"]);
  const logged = lines.map((line) => JSON.parse(line)).filter(({ msg }) => /^model c/.test(msg));
  const expected = { model: "compatible:x", reason: "No.", remedy: "Check MODEL_API_KEY." };
  expect(logged).toEqual([
    expect.objectContaining({ level: "error", ...expected }),
    expect.objectContaining({ level: "error", reason: "It took too long." }),
    expect.objectContaining({ level: "info", msg: "model can be reached again" }),
  ]);
  expect(lines.join()).not.toContain("stack");
  await service.stop();
});

describe("GET /api/v1/health says how hints travel", () => {
  const hintsOf = async (store: Store, given: { readonly isAlone?: boolean } = {}) => {
    const settled = Promise.withResolvers<void>();
    const logger = { ...serviceLogger(openLogger("silent")), hints: { waySettled: () => settled.resolve() } };
    const service = await startService({ store, logger, ...given });
    if (given.isAlone !== true) await settled.promise;
    const response = await service.get("/api/v1/health");
    await service.stop();
    expect(response.status).toBe(200);
    return ((await response.json()) as { readonly hints?: { readonly since: string } }).hints;
  };

  test("by notifications", async () => {
    const before = Date.now();
    const store = postgresStore({ url: await freshDatabase(), system: realSystem });
    const hints = await hintsOf(store);
    expect(hints).toEqual({ by: "listen", since: expect.any(String) } as never);
    expect(Date.parse(hints?.since ?? "")).toBeWithin(before, Date.now() + 1);
    await store.close();
  }, 60_000);

  test("by polling, where LISTEN hears nothing, and why", async () => {
    const store = postgresStore({ url: await freshDatabase(), system: realSystem });
    const deaf: Store = { ...store, hints: { ...store.hints, send: async () => {} } };
    expect(await hintsOf(deaf)).toEqual({
      by: "poll",
      since: expect.any(String),
      reason: expect.stringContaining("LISTEN does not work"),
    } as never);
    await store.close();
  }, 60_000);

  test("not at all, where a process has its database to itself", async () => {
    const store = await memoryStore();
    expect(await hintsOf(store, { isAlone: true })).toBeUndefined();
    await store.close();
  }, 60_000);
});
