import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { memoryStore } from "../support/pglite.ts";
import { startService } from "../support/service.ts";

const ENV = { LEASE_TTL: "500ms" };

/** The same store, with another way to renew leases and to take runs over. */
const storeWith = (store: Store, renew: Store["replicas"]["renew"], takeover: Store["runs"]["takeover"]): Store => ({
  ...store,
  replicas: { ...store.replicas, renew },
  runs: { ...store.runs, takeover },
});

test("a process renews its lease while it is still starting, so that nobody takes what it has just taken over", async () => {
  const inner = await memoryStore(realSystem);
  const renewedTwice = Promise.withResolvers<void>();
  let renewals = 0;
  let isRenewedWhileStarting = false;
  const store = storeWith(
    inner,
    async (...renewal) => {
      await inner.replicas.renew(...renewal);
      if (++renewals > 2) renewedTwice.resolve();
    },
    async (taking) => {
      await renewedTwice.promise;
      isRenewedWhileStarting = true;
      return inner.runs.takeover(taking);
    },
  );
  const service = await startService({ store, env: ENV });
  expect(isRenewedWhileStarting).toBe(true);
  await service.stop();
  await inner.close();
});

test("a first renewal that the database answers too late does not end the start", async () => {
  const inner = await memoryStore(realSystem);
  let renewals = 0;
  const store = storeWith(
    inner,
    async (...renewal) => {
      if (++renewals <= 2) throw new StoreError("unavailable", "replicas.renew: no answer from the database");
      await inner.replicas.renew(...renewal);
    },
    inner.runs.takeover,
  );
  const service = await startService({ store, env: ENV });
  expect((await service.get("/api/v1/health")).status).toBe(200);
  await service.stop();
  await inner.close();
});
