import { expect, test } from "bun:test";
import { barrierServer } from "./support/barrier-server.ts";
import { box } from "./support/executable.ts";
import { openAiChat } from "./support/wires/openai-chat.ts";
import { openAiResponses } from "./support/wires/openai-responses.ts";

const STREAMS = 400;

// One goes over our own sockets, the other through `fetch`, of which Bun by default allows 256 at once.
test.each([
  ["compatible:x", openAiChat, (url: string) => ({ MODEL_BASE_URL: url })],
  ["openai:x", openAiResponses, (url: string) => ({ OPENAI_BASE_URL: url, OPENAI_API_KEY: "key" })],
] as const)(
  "400 streams of %s run at once",
  async (MODEL, wire, reached) => {
    await using model = barrierServer(STREAMS, wire.encode({ text: ["hello"], finish: "stop" }));
    using alone = await box();
    await using service = await alone.serve({
      MODEL,
      ...reached(`http://127.0.0.1:${model.port}/v1`),
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
  },
  120_000,
);
