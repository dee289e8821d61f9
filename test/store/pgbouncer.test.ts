import { afterAll, beforeAll, describe } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { storeConformance } from "../conformance/store.ts";
import { type Pgbouncer, pgbouncerPath, startPgbouncer } from "../support/pgbouncer.ts";
import { freshDatabase } from "../support/postgres.ts";

/** Debian's package; where it is not installed there is nothing to stand in for it. `.ci/run` installs it when it may. */
describe.skipIf(pgbouncerPath === null)("behind pgbouncer in transaction mode", () => {
  let pgbouncer: Pgbouncer;
  beforeAll(async () => {
    pgbouncer = await startPgbouncer(await freshDatabase());
  }, 30_000);
  afterAll(() => pgbouncer[Symbol.asyncDispose]());

  storeConformance("Postgres", async () => postgresStore({ url: pgbouncer.url, system: realSystem }), {
    vectors: false,
  });
});
