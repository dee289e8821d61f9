import { expect, test } from "bun:test";
import { box } from "./support/executable.ts";
import { openAiChat } from "./support/wires/openai-chat.ts";

const STREAMS = 400;

test("400 model streams run at once, although Bun allows 256 unless told", async () => {
  const frames = openAiChat.encode({ text: ["hello"], finish: "stop" }).join("");
  const all = Promise.withResolvers<void>();
  let arrived = 0;
  await using model = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    // Nobody is answered before the last has called: if one call had to wait for another to end, none would end.
    async fetch() {
      arrived += 1;
      if (arrived === STREAMS) all.resolve();
      await all.promise;
      return new Response(frames, { headers: { "content-type": "text/event-stream" } });
    },
  });
  using alone = await box();
  await using service = await alone.serve({
    MODEL: "compatible:x",
    MODEL_BASE_URL: `http://127.0.0.1:${model.port}/v1`,
    MAX_RUNS_PER_USER: String(STREAMS),
    LOG_LEVEL: "warn",
  });
  const script = new URL("./support/many-clients.ts", import.meta.url).pathname;
  await using clients = Bun.spawn([process.execPath, script, service.url, String(STREAMS)], {
    env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: "1024" },
    stderr: "inherit",
    timeout: 30_000,
  });
  expect(await new Response(clients.stdout).text()).toBe(`${STREAMS}\n`);
}, 120_000);
