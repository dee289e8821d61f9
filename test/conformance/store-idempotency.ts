import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { KeyClaim } from "../../src/store/idempotency/contract.ts";
import { newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const LONG_MS = 600_000;

const claimOf = (given: Partial<KeyClaim> = {}): KeyClaim => ({
  userId: "u1",
  endpoint: "POST /x",
  key: realSystem.id(),
  digest: "digest",
  madeId: realSystem.id(),
  threadId: realSystem.id(),
  holder: realSystem.id(),
  holdMs: LONG_MS,
  ttlMs: LONG_MS,
  ...given,
});

/** The same request once more, from somebody else. */
const again = (claim: KeyClaim, given: Partial<KeyClaim> = {}): KeyClaim => ({
  ...claim,
  madeId: realSystem.id(),
  threadId: realSystem.id(),
  holder: realSystem.id(),
  ...given,
});

export const storeKeepsIdempotencyKeys = (under: StoreUnderTest): void => {
  test("a key is claimed once; whoever comes while it is held, and after it is done, learns what the first one makes", async () => {
    const { idempotency } = under.store;
    const claim = claimOf();
    const made = { madeId: claim.madeId, threadId: claim.threadId };
    expect(await idempotency.claim(claim)).toEqual({ ...made, state: "claimed", isTakenOver: false });
    // A call that is repeated because its reply was lost.
    expect(await idempotency.claim(claim)).toEqual({ ...made, state: "claimed", isTakenOver: false });
    expect(await idempotency.claim(again(claim))).toEqual({ ...made, state: "held" });
    await idempotency.keep(claim, '{"b":1,"a":[2]}');
    expect(await idempotency.claim(again(claim))).toEqual({ ...made, state: "done", answer: '{"b":1,"a":[2]}' });
    expect(await idempotency.claim(claim)).toEqual({ ...made, state: "done", answer: '{"b":1,"a":[2]}' });
  });

  test("whoever joins the run of a request under way makes its key done, and the attempt cannot give it back", async () => {
    const { store, thread } = under;
    const run = newRun(thread());
    const claim = claimOf({ madeId: run.runId });
    await store.idempotency.claim(claim);
    expect(await store.idempotency.join(claim)).toBeNull();
    expect(await store.idempotency.claim(again(claim))).toMatchObject({ state: "held" });
    await started(store, run);
    expect(await store.idempotency.join({ ...claim, key: "another" })).toBeNull();
    expect(await store.runs.withdraw(run)).toBe("withdrawn");
    await started(store, run);
    expect(await store.idempotency.join(claim)).toMatchObject({ runId: run.runId });
    expect(await store.runs.withdraw(run)).toBe("joined");
    await store.idempotency.release(claim);
    expect(await store.idempotency.claim(again(claim))).toMatchObject({ state: "done", madeId: run.runId });
  });

  test("a run whose key was given back cannot be joined by it", async () => {
    const { store, thread } = under;
    const run = newRun(thread());
    const claim = claimOf({ madeId: run.runId });
    await store.idempotency.claim(claim);
    await started(store, run);
    await store.idempotency.release(claim);
    expect(await store.idempotency.join(claim)).toBeNull();
    expect(await store.runs.withdraw(run)).toBe("withdrawn");
  });

  test("a key of another user, endpoint or name is another key", async () => {
    const { idempotency } = under.store;
    const claim = claimOf();
    for (const other of [{}, { userId: "u2" }, { endpoint: "POST /y" }, { key: `${claim.key}2` }]) {
      expect(await idempotency.claim(again(claim, other))).toMatchObject({ state: "claimed", isTakenOver: false });
    }
  });

  test("another request with the key is told so, held or done", async () => {
    const { idempotency } = under.store;
    const claim = claimOf();
    await idempotency.claim(claim);
    expect(await idempotency.claim(again(claim, { digest: "other" }))).toMatchObject({ state: "other" });
    await idempotency.keep(claim, null);
    expect(await idempotency.claim(again(claim, { digest: "other" }))).toMatchObject({ state: "other" });
    expect(await idempotency.claim(again(claim))).toMatchObject({ state: "done", answer: null });
  });

  test("a key that is released is as if it had never come, for any request", async () => {
    const { idempotency } = under.store;
    const claim = claimOf();
    await idempotency.claim(claim);
    await idempotency.release(claim);
    const next = again(claim, { digest: "other" });
    expect(await idempotency.claim(next)).toMatchObject({ state: "claimed", isTakenOver: false, madeId: next.madeId });
  });

  test("a holder that is not heard of any more is taken over with the ids that it chose, and has no say after that", async () => {
    const { idempotency } = under.store;
    const dead = claimOf({ holdMs: 0 });
    await idempotency.claim(dead);
    expect(await idempotency.claim(again(dead, { digest: "other" }))).toMatchObject({ state: "other" });
    const heir = again(dead, { holdMs: LONG_MS });
    const made = { madeId: dead.madeId, threadId: dead.threadId };
    expect(await idempotency.claim(heir)).toEqual({ ...made, state: "claimed", isTakenOver: true });
    await idempotency.keep(dead, '"late"');
    await idempotency.release(dead);
    await idempotency.hold({ ...dead, holdMs: 0 });
    expect(await idempotency.claim(again(dead))).toEqual({ ...made, state: "held" });
    await idempotency.keep(heir, '"in time"');
    expect(await idempotency.claim(again(dead))).toMatchObject({ state: "done", answer: '"in time"' });
    await idempotency.release(heir);
    expect(await idempotency.claim(again(dead))).toMatchObject({ state: "done" });
  });

  test("a hold can be prolonged", async () => {
    const { idempotency } = under.store;
    const claim = claimOf({ holdMs: 0 });
    await idempotency.claim(claim);
    await idempotency.hold({ ...claim, holdMs: LONG_MS });
    expect(await idempotency.claim(again(claim))).toMatchObject({ state: "held" });
  });

  test("a key that has expired counts as absent, and is swept", async () => {
    const { idempotency } = under.store;
    const claim = claimOf({ ttlMs: 0 });
    await idempotency.claim(claim);
    await idempotency.keep(claim, null);
    const next = again(claim, { digest: "other", ttlMs: LONG_MS });
    expect(await idempotency.claim(next)).toMatchObject({ state: "claimed", madeId: next.madeId, isTakenOver: false });
    const expired = [claimOf({ ttlMs: 0 }), claimOf({ ttlMs: 0 }), claimOf({ ttlMs: 0 })];
    for (const each of expired) await idempotency.claim(each);
    expect(await idempotency.sweep(2)).toBe(2);
    expect(await idempotency.sweep(1_000)).toBe(1);
    expect(await idempotency.sweep(1_000)).toBe(0);
    expect(await idempotency.claim(again(next))).toMatchObject({ state: "held" });
  });

  test("of many claims at once one holds the key", async () => {
    const { idempotency } = under.store;
    for (const first of [claimOf(), claimOf({ holdMs: 0 }), claimOf({ ttlMs: 0 })]) {
      if (first.holdMs === 0 || first.ttlMs === 0) await idempotency.claim(first);
      const claims = Array.from({ length: 8 }, () => again(first, { holdMs: LONG_MS, ttlMs: LONG_MS }));
      const states = await Promise.all(claims.map((claim) => idempotency.claim(claim)));
      expect(states.filter(({ state }) => state === "claimed")).toHaveLength(1);
      expect(states.filter(({ state }) => state === "held")).toHaveLength(7);
      expect(new Set(states.map(({ madeId }) => madeId)).size).toBe(1);
    }
  });
};
