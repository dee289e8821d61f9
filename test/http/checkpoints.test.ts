import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { solved } from "../support/answers.ts";
import { type CheckpointView, checkpointsIn } from "../support/checkpoints.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { stores } from "../support/stores.ts";

describe.each(stores)("GET /api/v1/threads/{threadId}/checkpoints in %s", (_name, open) => {
  let service: TestService<ScriptedModel>;
  beforeAll(async () => {
    service = await startService({ store: await open() });
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await service.store.close();
  });

  test("lists in order what each node has changed", async () => {
    const { events } = await solved(service, "u", "points", "**x = 2**", "Solve 2x + 3 = 7");
    const { checkpoints: points, next_cursor } = await checkpointsIn(service, "u", "points");
    expect(next_cursor).toBeNull();
    expect(points.map(({ node, change }) => [node, change])).toEqual([
      ["understand", { language: "en", maths: true, equations: ["2x + 3 = 7"] }],
      ["solve", { answer: "**x = 2**" }],
      ["check", { answer: "**x = 2**", verified: true }],
    ]);
    for (const point of points) {
      expect(Object.keys(point)).toEqual(["checkpoint_id", "run_id", "seq", "node", "at", "change"]);
      expect(point.run_id).toBe(events[0]?.run_id ?? "");
      // It comes right before the event that its node has completed.
      expect(events[point.seq]).toMatchObject({
        type: "solve_progress",
        payload: { node: point.node, status: "completed" },
      });
    }
  });

  test("is paginated", async () => {
    for (let i = 0; i < 3; i++) await solved(service, "u", "pages", "ok");
    const { checkpoints: all } = await checkpointsIn(service, "u", "pages");
    expect(all).toHaveLength(6);
    const seen: CheckpointView[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await checkpointsIn(service, "u", "pages", `&limit=4${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.checkpoints);
      cursor = page.next_cursor;
    }
    expect(seen).toEqual([...all]);
    for (const query of ["limit=0", "limit=501", "cursor=x", "cursor=WzEsMl0"]) {
      const response = await service.get(`/api/v1/threads/pages/checkpoints?userId=u&${query}`);
      expect(response.status).toBe(422);
    }
  });

  test("another user's thread is not found", async () => {
    await solved(service, "u", "hidden", "ok");
    expect((await service.get("/api/v1/threads/hidden/checkpoints?userId=thief")).status).toBe(404);
  });
});
