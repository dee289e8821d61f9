import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Store } from "../../src/store/contract.ts";
import { solve } from "../support/answers.ts";
import { range } from "../support/native-events.ts";
import { type Nginx, nginxPath, startNginx } from "../support/nginx.ts";
import { memoryStore } from "../support/pglite.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { ANSWER, type StubModel, stubModel } from "../support/stub-model.ts";

/** What docs/operations.md shows for two replicas, in front of these. */
const documented = async (urls: readonly [string, string]): Promise<string> => {
  const page = await Bun.file(join(import.meta.dir, "../../docs/operations.md")).text();
  const lines = (page.split("\n## nginx\n")[1] ?? "").split("\n").filter((line) => line.startsWith("    "));
  const ports = ["127.0.0.1:8011", "127.0.0.1:8012"];
  for (const port of ports) expect(lines.filter((line) => line.includes(port))).toHaveLength(1);
  return ports.reduce((text, port, at) => text.replace(port, new URL(urls[at] ?? "").host), lines.join("\n"));
};

describe.skipIf(nginxPath === null)("two replicas behind the documented nginx", () => {
  let store: Store;
  let leaving: TestService<ScriptedModel>;
  let staying: TestService<StubModel>;
  let nginx: Nginx;
  beforeAll(async () => {
    store = await memoryStore();
    leaving = await startService({ store });
    staying = await startService({ store, model: stubModel("quick", [{ parts: ANSWER }]) });
    nginx = await startNginx(await documented([leaving.url, staying.url]));
  });
  afterAll(async () => {
    await nginx[Symbol.asyncDispose]();
    await staying.stop();
    await store.close();
  });

  const asks = () => Promise.all(range(1, 6).map(() => nginx.ask("/ai/ask?question=hi")));
  const write = (origin: string) =>
    nginx.ask("/ai/api/v1/access-tokens", {
      method: "POST",
      headers: { "content-type": "application/json", origin },
      body: JSON.stringify({ user_id: "u" }),
    });

  test("are reached under the prefix, by pages of the same site and by no others", async () => {
    const statuses = async (origin: string) => [(await write(origin)).status, (await write(origin)).status];
    expect((await nginx.ask("/ai/api/v1/health")).status).toBe(200);
    expect(await statuses("http://localhost")).toEqual([201, 201]);
    expect(await statuses("http://elsewhere.example")).toEqual([403, 403]);
  });

  test("answer every GET while one of them drains, and after it has stopped", async () => {
    const run = await solve(leaving, "u", "t");
    const call = await leaving.model.nextCall();
    const stopped = leaving.stop();
    expect((await leaving.get("/api/v1/health")).status).toBe(503);
    const during = await asks();
    call.finish("whole");
    await run.stream.toEnd();
    await stopped;
    for (const response of [...during, ...(await asks())]) {
      expect(response.status).toBe(200);
      expect((await readSse(response).toEnd()).at(-1)?.data).toContain('"done"');
    }
  });
});
