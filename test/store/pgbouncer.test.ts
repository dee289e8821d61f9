import { afterAll, beforeAll, describe } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { storeConformance } from "../conformance/store.ts";
import { type Pgbouncer, pgbouncerPath, startPgbouncer } from "../support/pgbouncer.ts";
import { freshDatabase } from "../support/postgres.ts";

/**
 * pgbouncer is a Debian package with no substitute: without it these tests are skipped. `.ci/run` installs it if it
 * can.
 */
describe.skipIf(pgbouncerPath === null)("behind pgbouncer in transaction mode", () => {
  let pgbouncer: Pgbouncer;
  beforeAll(async () => {
    pgbouncer = await startPgbouncer(await freshDatabase());
  }, 30_000);
  afterAll(() => pgbouncer[Symbol.asyncDispose]());

  storeConformance("Postgres", async () => postgresStore({ url: pgbouncer.url, system: realSystem }), {
    vectors: false,
    hints: false,
  });
});
