import { describe, expect, test } from "bun:test";
import { StoreHealth } from "../../src/http/health/store-health.ts";
import { storeError } from "../../src/store/failure.ts";
import { MigrationsMissing, StoreError } from "../../src/store/store-error.ts";

const OK = { store: "ok", migrations: "ok" };

/** A store that fails on demand, a clock that the test moves, and the log lines. */
const watched = () => {
  let now = 1_000_000;
  let writes = 0;
  let outcome: () => Promise<void> = async () => {};
  const sleeping: (() => void)[] = [];
  const reported: (string | null)[] = [];
  const health = new StoreHealth(
    {
      check: async () => {},
      tryWrite: () => {
        writes++;
        return outcome();
      },
    },
    { now: () => now, sleep: () => new Promise((resolve) => sleeping.push(resolve)) },
    (why) => reported.push(why),
  );
  return {
    health,
    reported,
    writes: () => writes,
    fails: (error: unknown) => {
      outcome = () => Promise.reject(error);
    },
    hangs: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      outcome = () => promise;
      return resolve;
    },
    works: () => {
      outcome = async () => {};
    },
    pass: (ms: number) => {
      now += ms;
    },
    losePatience: () => {
      for (const wake of sleeping.splice(0)) wake();
    },
  };
};

const postgresError = (code: string) => Object.assign(new Error("insert into secrets values ('sesame')"), { code });

describe("whether the store can be written to", () => {
  test("is tried once a second for any number of requests", async () => {
    const { health, writes, pass } = watched();
    expect(await Promise.all(Array.from({ length: 100 }, () => health.look()))).toEqual(Array(100).fill(OK));
    pass(999);
    await health.look();
    expect(writes()).toBe(1);
    pass(1);
    await Promise.all([health.look(), health.look()]);
    expect(writes()).toBe(2);
    pass(-60_000);
    await health.look();
    expect(writes()).toBe(3);
  });

  test("is answered in time when the store hangs, and not tried again while an attempt is pending", async () => {
    const { health, writes, hangs, works, pass, losePatience, reported } = watched();
    const resume = hangs();
    const probes = [health.look(), health.look()];
    losePatience();
    for (const verdict of await Promise.all(probes)) expect(verdict.store).toBe("the database does not answer");
    pass(10_000);
    const again = health.look();
    losePatience();
    await again;
    expect(writes()).toBe(1);
    expect(reported).toEqual(["the database does not answer"]);
    works();
    resume();
    expect(await health.look()).toEqual(OK);
    pass(1_000);
    expect(await health.look()).toEqual(OK);
    expect(writes()).toBe(2);
    expect(reported).toEqual(["the database does not answer", null]);
  });

  test("is logged once when it changes, both ways, and not while it stays", async () => {
    const { health, fails, works, pass, reported } = watched();
    const full = storeError("x", postgresError("53100"));
    const steps: [string, () => void][] = [
      ["ok", works],
      ["the database's disk is full", () => fails(full)],
      ["the database's disk is full", () => fails(full)],
      ["the database is read-only", () => fails(storeError("x", postgresError("25006")))],
      ["ok", works],
      ["ok", works],
    ];
    for (const [expected, set] of steps) {
      set();
      expect((await health.look()).store).toBe(expected);
      pass(1_000);
    }
    expect(reported).toEqual(["the database's disk is full", "the database is read-only", null]);
  });

  test.each(["53100", "08006", "XX000", "99999", "ECONNRESET", "", "toString"])(
    "is reported in our own words for the database's error: %s",
    async (code) => {
      const { health, fails } = watched();
      fails(storeError("documents.put", postgresError(code)));
      const reported = JSON.stringify(await health.look());
      expect(reported).not.toContain("sesame");
      expect(reported).not.toContain("insert");
      expect(reported).toContain("the database");
    },
  );

  test("distinguishes a database that lacks migrations from an unavailable one", async () => {
    const { health, fails, pass } = watched();
    fails(storeError("check", new MigrationsMissing(["0001_x"])));
    expect(await health.look()).toEqual({ store: "ok", migrations: "migrations are missing: run yeoul migrate" });
    pass(1_000);
    fails(new StoreError("unavailable", "no answer from the database within 5000 ms"));
    expect((await health.look()).store).toBe("the database does not answer");
  });
});
