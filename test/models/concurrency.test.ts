import { expect, test } from "bun:test";
import { openAiChat } from "../support/wires/openai-chat.ts";

const STREAMS = 400;

test.each(["sockets", "fetch"])(
  "400 streams run at once over %s when Bun is told to allow them",
  async (how) => {
    const frames = openAiChat.encode({ text: ["hello"], finish: "stop" }).join("");
    const all = Promise.withResolvers<void>();
    let arrived = 0;
    await using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      idleTimeout: 0,
      // No stream gets its first byte before the last has arrived: if one had to wait for another, none would end.
      async fetch() {
        arrived += 1;
        if (arrived === STREAMS) all.resolve();
        await all.promise;
        return new Response(frames, { headers: { "content-type": "text/event-stream" } });
      },
    });
    const script = new URL("../support/many-streams.ts", import.meta.url).pathname;
    await using child = Bun.spawn(
      [process.execPath, script, `http://127.0.0.1:${server.port}/v1`, String(STREAMS), how],
      {
        env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: "1024" },
        stderr: "inherit",
        timeout: 20_000,
      },
    );
    expect(await new Response(child.stdout).text()).toBe(`${STREAMS}\n`);
  },
  25_000,
);
