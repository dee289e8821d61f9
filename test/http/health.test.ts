import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { realSystem } from "../../src/domain/system.ts";
import { openLogger, serviceLogger } from "../../src/logger.ts";
import { pgliteStore } from "../../src/store/drivers/pglite.ts";
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
