import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { register } from "../support/replicas.ts";
import { endAt, newRun, started, token } from "../support/runs.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { stores } from "../support/stores.ts";

const LARGE = "가".repeat(60_000);

describe.each(stores)("lists of large things in %s", (_name, open) => {
  let service: TestService<ScriptedModel>;
  beforeAll(async () => {
    service = await startService({ store: await open() });
    await register(service.store, "here");
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await service.store.close();
  });

  /** Returns all pages of a list, up to the one without a next page. */
  const pagesOf = async (path: string, name: string): Promise<readonly (readonly Record<string, unknown>[])[]> => {
    const pages: Record<string, unknown>[][] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = (await (await service.get(`${path}${cursor && `&cursor=${cursor}`}`)).json()) as Record<
        string,
        unknown
      >;
      pages.push(page[name] as Record<string, unknown>[]);
      cursor = page.next_cursor as string | null;
    }
    return pages;
  };

  /** Checks that only the last page may be empty and that there is more than one page. */
  const expectPages = (pages: readonly (readonly unknown[])[], count: number) => {
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.slice(0, -1).map((page) => page.length)).not.toContain(0);
    expect(pages.flat()).toHaveLength(count);
  };

  test("checkpoints come on as many pages as needed, each once and in order", async () => {
    const { fence } = await started(service.store, newRun("u:large"));
    const checkpoints = Array.from({ length: 7 }, (_, at) => ({
      checkpointId: `c${at}`,
      seq: 1,
      node: "n",
      change: JSON.stringify({ answer: LARGE }),
      at,
    }));
    await service.store.events.append([{ fence, events: [token(fence, 1)], checkpoints }]);
    const pages = await pagesOf("/api/v1/threads/large/checkpoints?userId=u", "checkpoints");
    expectPages(pages, 7);
    expect(pages.flat().map(({ checkpoint_id }) => checkpoint_id)).toEqual(
      checkpoints.map((point) => point.checkpointId),
    );
  });

  test("TILs come on as many pages as needed", async () => {
    for (let at = 0; at < 7; at++) {
      const til = {
        userId: "u",
        tilId: `t${at}`,
        title: "t",
        slug: "t",
        content: LARGE,
        excerpt: "e",
        dayNumber: null,
      };
      await service.store.tils.save({ ...til, tags: [], now: at });
    }
    const pages = await pagesOf("/api/v1/tils?userId=u", "tils");
    expectPages(pages, 7);
    expect(pages.flat().map(({ id }) => id)).toEqual(["t6", "t5", "t4", "t3", "t2", "t1", "t0"]);
  });

  test("a log of large events is replayed whole and in order", async () => {
    const { fence } = await started(service.store, newRun("u:log"));
    const events = Array.from({ length: 12 }, (_, at) =>
      token(fence, at + 1, JSON.stringify({ delta: `${at} ${LARGE}` })),
    );
    await service.store.events.append([{ fence, events, checkpoints: [] }]);
    await service.store.runs.finish(fence, endAt(fence, 13, { now: realSystem.now() }));
    const frames = await readSse(await service.get("/api/v1/threads/log/events?userId=u")).toEnd();
    expect(frames.map(({ id }) => id)).toEqual(Array.from({ length: 13 }, (_, at) => `log:${at + 1}`));
  });
});
