import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { nativeEvents } from "../support/native-events.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";

const GZIP = { "accept-encoding": "gzip" };

describe("with COMPRESS_STREAMS=on", () => {
  let service: TestService<ScriptedModel>;
  beforeAll(async () => {
    const env = { COMPRESS_STREAMS: "on", HEARTBEAT_INTERVAL: "20ms", CORS_ORIGINS: "https://app.example" };
    service = await startService({ env });
  });
  afterAll(() => service.stop());

  const bodies = {
    "/stream/v2": { message: "hi", userId: "gzip" },
    "/api/v1/solve": { problem: "hi", user_id: "gzip" },
  };

  test.each(Object.entries(bodies))(
    "%s comes frame by frame, heartbeats too, to its terminal frame",
    async (path, body) => {
      const response = await service.post(path, body, { headers: GZIP });
      expect(response.headers.get("content-encoding")).toBe("gzip");
      expect(response.headers.get("vary")).toBe("origin, accept-encoding");
      expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
      const stream = readSse(response);
      await stream.untilComments(3);
      const call = await service.model.nextCall();
      for (const delta of ["Good ", "day, ", "여울. "]) {
        call.emit({ type: "text", delta });
        await stream.until(({ data }) => data.includes(delta));
      }
      await stream.untilComments(stream.comments + 2);
      call.finish("Bye.");
      expect((await stream.toEnd()).at(-1)?.event).toBeOneOf(["run.completed", "done"]);
    },
  );

  test("the bytes on the wire are one complete gzip member", async () => {
    const init = { headers: GZIP, decompress: false };
    const response = await service.post("/api/v1/solve", { ...bodies["/api/v1/solve"], thread_id: "raw" }, init);
    (await service.model.nextCall()).finish("Good day.");
    const frames = await readSse(new Response(gunzipSync(await response.bytes()))).toEnd();
    expect(nativeEvents(frames).at(-1)?.type).toBe("done");
    const replay = await service.get("/api/v1/threads/raw/events?userId=gzip", init);
    expect(replay.headers.get("content-encoding")).toBe("gzip");
    expect(await readSse(new Response(gunzipSync(await replay.bytes()))).toEnd()).toEqual(frames);
  });

  test("a client that refuses gzip, and responses that are no stream, get plain bytes", async () => {
    const response = await service.post("/stream/v2", bodies["/stream/v2"], {
      headers: { "accept-encoding": "gzip;q=0" },
    });
    (await service.model.nextCall()).finish("Good day.");
    expect(response.headers.get("content-encoding")).toBeNull();
    expect(response.headers.get("vary")).toBe("origin, accept-encoding");
    expect((await readSse(response).toEnd()).at(-1)?.event).toBe("run.completed");
    const answers = [
      service.get("/health", { headers: GZIP }),
      service.post("/stream/v2", {}, { headers: GZIP }),
      service.get("/nowhere", { headers: GZIP }),
    ];
    for (const answer of await Promise.all(answers)) {
      expect([answer.headers.get("content-encoding"), answer.headers.get("vary")]).toEqual([null, "origin"]);
    }
  });

  test("a client that leaves does not stop the run", async () => {
    const response = await service.post(
      "/api/v1/solve",
      { ...bodies["/api/v1/solve"], thread_id: "left" },
      { headers: GZIP },
    );
    const stream = readSse(response);
    const call = await service.model.nextCall();
    await stream.leave();
    const follower = readSse(await service.get("/api/v1/threads/left/events?userId=gzip"));
    call.finish("all of it");
    expect(nativeEvents(await follower.toEnd()).at(-1)?.type).toBe("done");
  });
});

test("without COMPRESS_STREAMS no stream is gzipped, even on request", async () => {
  const service = await startService();
  const response = await service.post("/stream/v2", { message: "hi", userId: "u" }, { headers: GZIP });
  (await service.model.nextCall()).finish("Good day.");
  expect([response.headers.get("content-encoding"), response.headers.get("vary")]).toEqual([null, null]);
  await readSse(response).toEnd();
  await service.stop();
});
