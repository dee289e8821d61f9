import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { NewTicket } from "../../src/store/tickets/contract.ts";
import { messagesOf } from "../support/messages-of.ts";
import { newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const newTicket = (threadKey: ThreadKey, given: Partial<NewTicket> = {}): NewTicket => ({
  ticketId: realSystem.secret(),
  threadKey,
  dialect: "chat",
  request: '{"message":"재고는? 🎉"}',
  runId: realSystem.id(),
  ttlMs: 60_000,
  ...given,
});

export const storeKeepsTickets = (under: StoreUnderTest): void => {
  test("a ticket is returned as it was, only to its user, until it expires", async () => {
    const { store, thread } = under;
    const { ticketId, ttlMs, ...stored } = newTicket(thread());
    await store.tickets.put({ ticketId, ttlMs, ...stored });
    const { ageMs, ...found } = (await store.tickets.get("u1", ticketId)) ?? {};
    expect(found).toEqual(stored);
    expect(ageMs).toBeGreaterThanOrEqual(0);
    expect(await store.tickets.get("u2", ticketId)).toBeNull();
    expect(await store.tickets.get("u1", "never was")).toBeNull();
    const expired = newTicket(thread(), { ttlMs: 0 });
    await store.tickets.put(expired);
    expect(await store.tickets.get("u1", expired.ticketId)).toBeNull();
  });

  test("a sweep deletes only expired tickets, and no more than its limit", async () => {
    const { store, thread } = under;
    while ((await store.tickets.sweep(1_000)) > 0);
    for (const ttlMs of [-1, -3_000_000, -2_000_000, 60_000]) await store.tickets.put(newTicket(thread(), { ttlMs }));
    expect(await store.tickets.sweep(2)).toBe(2);
    expect(await store.tickets.sweep(2)).toBe(1);
    expect(await store.tickets.sweep(2)).toBe(0);
  });

  test("the tickets of a thread are deleted with it", async () => {
    const { store, thread } = under;
    const [gone, stays] = [newTicket(thread()), newTicket(thread())];
    for (const ticket of [gone, stays]) {
      await store.tickets.put(ticket);
      await started(store, newRun(ticket.threadKey));
    }
    await store.threads.delete(gone.threadKey);
    expect(await store.tickets.get("u1", gone.ticketId)).toBeNull();
    expect(await store.tickets.get("u1", stays.ticketId)).not.toBeNull();
  });

  test("a run is begun once, however many begin it at the same time", async () => {
    const { store, thread } = under;
    const run = newRun(thread());
    const begun = await Promise.all(
      Array.from({ length: 5 }, () => store.runs.begin({ ...run, messageId: realSystem.id() })),
    );
    expect(begun.map(({ state }) => state).sort()).toEqual(["known", "known", "known", "known", "running"]);
    expect(await messagesOf(store, run.threadKey)).toHaveLength(1);
    // A refused run takes no place in the thread.
    expect(await store.runs.begin(newRun(run.threadKey, { maxQueued: 1 }))).toEqual({ state: "queued" });
  });
};
