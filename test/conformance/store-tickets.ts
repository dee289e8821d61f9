import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { NewTicket } from "../../src/store/contract-tickets.ts";
import { newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const newTicket = (threadKey: ThreadKey, given: Partial<NewTicket> = {}): NewTicket => ({
  ticketId: realSystem.secret(),
  threadKey,
  dialect: "chat",
  request: '{"message":"재고는? 🎉"}',
  runId: realSystem.id(),
  createdAt: 1_000,
  expiresAt: 2_000,
  ...given,
});

export const storeKeepsTickets = (under: StoreUnderTest): void => {
  test("a ticket comes back as it was, to its user alone, until it expires", async () => {
    const { store, thread } = under;
    const { ticketId, expiresAt, ...kept } = newTicket(thread());
    await store.tickets.put({ ticketId, expiresAt, ...kept });
    expect(await store.tickets.get("u1", ticketId, 1_999)).toEqual(kept);
    expect(await store.tickets.get("u1", ticketId, 2_000)).toBeNull();
    expect(await store.tickets.get("u2", ticketId, 1_000)).toBeNull();
    expect(await store.tickets.get("u1", "never was", 1_000)).toBeNull();
  });

  test("a sweep takes expired tickets, the oldest first, and no more than it may", async () => {
    const { store, thread } = under;
    const tickets = [3, 1, 2, 9].map((expiresAt) => newTicket(thread(), { expiresAt }));
    for (const ticket of tickets) await store.tickets.put(ticket);
    const left = async () => {
      const kept = await Promise.all(tickets.map(({ ticketId }) => store.tickets.get("u1", ticketId, 0)));
      return tickets.filter((_, index) => kept[index] !== null).map(({ expiresAt }) => expiresAt);
    };
    expect(await store.tickets.sweep(5, 2)).toBe(2);
    expect(await left()).toEqual([3, 9]);
    expect(await store.tickets.sweep(5, 2)).toBe(1);
    expect(await store.tickets.sweep(5, 2)).toBe(0);
    expect(await left()).toEqual([9]);
  });

  test("the tickets of a thread go with it", async () => {
    const { store, thread } = under;
    const [gone, stays] = [newTicket(thread()), newTicket(thread())];
    for (const ticket of [gone, stays]) {
      await store.tickets.put(ticket);
      await started(store, newRun(ticket.threadKey));
    }
    await store.threads.delete(gone.threadKey);
    expect(await store.tickets.get("u1", gone.ticketId, 1_000)).toBeNull();
    expect(await store.tickets.get("u1", stays.ticketId, 1_000)).not.toBeNull();
  });

  test("a run is begun once, however many begin it at the same time", async () => {
    const { store, thread } = under;
    const run = newRun(thread());
    const begun = await Promise.all(
      Array.from({ length: 5 }, () => store.runs.begin({ ...run, messageId: realSystem.id() })),
    );
    expect(begun.map(({ state }) => state).sort()).toEqual(["known", "known", "known", "known", "running"]);
    expect(await store.threads.messages(run.threadKey)).toHaveLength(1);
    // What was refused takes no place in the thread.
    expect(await store.runs.begin(newRun(run.threadKey, { maxQueued: 1 }))).toEqual({ state: "queued" });
  });
};
