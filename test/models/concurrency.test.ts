import { expect, test } from "bun:test";
import { barrierServer } from "../support/barrier-server.ts";
import { openAiChat } from "../support/wires/openai-chat.ts";

const STREAMS = 400;

test.each([
  ["sockets, which Bun does not count", "sockets", "256"],
  ["fetch, when Bun is configured to allow them", "fetch", "1024"],
])(
  "400 streams run at once over %s",
  async (_, how, limit) => {
    await using server = barrierServer(STREAMS, openAiChat.encode({ text: ["hello"], finish: "stop" }));
    const script = new URL("../support/many-streams.ts", import.meta.url).pathname;
    await using child = Bun.spawn(
      [process.execPath, script, `http://127.0.0.1:${server.port}/v1`, String(STREAMS), how],
      { env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: limit }, stderr: "inherit", timeout: 20_000 },
    );
    expect(await new Response(child.stdout).text()).toBe(`${STREAMS}\n`);
  },
  25_000,
);
