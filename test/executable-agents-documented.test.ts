import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Box, box, post } from "./support/executable.ts";
import { modelServer, replyOf } from "./support/model-server.ts";
import { type NativeEvent, nativeEvents, payloadsOf } from "./support/native-events.ts";
import { readSse } from "./support/sse.ts";
import { compared, renamed, type Shown, transcriptOf } from "./support/transcript.ts";
import { openAiChat } from "./support/wires/openai-chat.ts";

const ROOT = resolve(import.meta.dir, "..");
const MINUTES = 240_000;

/** The files of docs/agents.md: blocks of code whose first line names a path. */
const samplesOf = (page: string): readonly (readonly [path: string, text: string])[] =>
  [...page.matchAll(/^```\w+ (agents\/\S+)\n([\s\S]*?)^```$/gm)].map(([, path = "", text = ""]) => [path, text]);

let alone: Box;
let page: string;
beforeAll(async () => {
  alone = await box();
  page = await Bun.file(join(ROOT, "docs/agents.md")).text();
}, MINUTES);
afterAll(() => alone[Symbol.dispose]());

const shell = async (command: string): Promise<string> => {
  const here = command.replace(/^yeoul\b/, "./yeoul");
  const env = { ...process.env, DATA_DIR: alone.dataDir };
  return await new Response(
    Bun.spawn(["bash", "-c", here], { cwd: alone.path, env, stdout: "pipe", stderr: "ignore" }).stdout,
  ).text();
};

/** Makes a command of the page at this service, and compares the answer with the one that is shown. */
const checkAnswer = async (shown: Shown | undefined, url: string, names: Map<string, string>): Promise<void> => {
  const { command = "", output = "" } = shown ?? {};
  const here = renamed(command, names).replaceAll("localhost:8011", url.replace("http://", ""));
  const [expected, received] = compared(output, await shell(here), names);
  expect({ command, frames: received }).toEqual({ command, frames: expected });
};

// The page uses curl and Node, which a build machine may not have.
test.skipIf(Bun.which("curl") === null || Bun.which("node") === null)(
  "the commands of docs/agents.md, and its files in between, do what it says",
  async () => {
    const [init, ask, check, ...approving] = transcriptOf(page);
    expect(approving).toHaveLength(4);
    const [written = ""] = (init?.output ?? "").split("\n\n…");
    expect(init?.command).toBe("yeoul init");
    expect(await shell("yeoul init")).toStartWith(`${written}\n\n`);
    {
      await using service = await alone.serve();
      await checkAnswer(ask, service.url, new Map());
    }
    const samples = samplesOf(page);
    expect(samples.map(([path]) => path).toSorted()).toEqual([
      "agents/haiku.ts",
      "agents/mcp.json",
      "agents/offer.ts",
      "agents/opinions.ts",
      "agents/orders-server.mjs",
      "agents/orders.md",
      "agents/tasting.ts",
      "agents/warehouse.ts",
      "agents/weather.md",
    ]);
    for (const [path, text] of samples) {
      mkdirSync(dirname(join(alone.path, path)), { recursive: true });
      writeFileSync(join(alone.path, path), text);
    }
    symlinkSync(join(ROOT, "node_modules"), join(alone.path, "agents/node_modules"));
    const tsc = [process.execPath, join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "agents"];
    const typed = Bun.spawnSync(tsc, { cwd: alone.path });
    expect({ code: typed.exitCode, output: String(typed.stdout) }).toEqual({ code: 0, output: "" });
    expect(await shell(check?.command ?? "")).toBe(`${check?.output}\n`);

    await using model = modelServer(openAiChat);
    const env = { MODEL: "compatible:x", MODEL_BASE_URL: `${model.url}/v1`, PATH: process.env.PATH ?? "" };
    await using service = await alone.serve(env);
    await service.logged("MCP server is ready");
    const eventsOf = async (agent: string): Promise<readonly NativeEvent[]> => {
      const body = { agent, input: { message: "Which tea?" }, user_id: "u1" };
      return nativeEvents(await readSse(await post(`${service.url}/api/v1/runs`, body)).toEnd());
    };
    const answer = replyOf(openAiChat, { text: ["Done."], finish: "stop" });
    const call = { id: "c1", name: "orders__get_order", pieces: ['{"number":7}'] };
    model.reply(replyOf(openAiChat, { calls: [call], finish: "tool_calls" }), answer);
    const [result] = payloadsOf(await eventsOf("orders"), "tool_result");
    expect(JSON.stringify(result)).toContain("Order 7: sent, 24.50 EUR.");
    const calls = { haiku: 2, opinions: 2, tasting: 1, warehouse: 1 };
    for (const [agent, count] of Object.entries(calls)) {
      model.reply(...Array.from({ length: count }, () => answer));
      expect({ agent, end: (await eventsOf(agent)).at(-1)?.type }).toEqual({ agent, end: "done" });
    }
    const names = new Map<string, string>();
    for (const [at, shown] of approving.entries()) {
      if (at === 1) await service.logged("run waits for approval");
      await checkAnswer(shown, service.url, names);
    }
  },
  MINUTES,
);

test(
  "the remote agent of docs/agents.md is called, and its answer is streamed",
  async () => {
    const [, server = ""] = /^```js elsewhere\/server\.mjs\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const weather = new Map(samplesOf(page)).get("agents/weather.md") ?? "";
    const path = join(alone.path, "elsewhere.mjs");
    writeFileSync(path, server);
    const env = { ...process.env, PORT: "0" };
    const child = Bun.spawn([process.execPath, path], { env, stdout: "pipe", stderr: "inherit" });
    try {
      const [line] = (await firstLine(child.stdout)).match(/\d+$/) ?? [];
      mkdirSync(join(alone.path, "agents"), { recursive: true });
      writeFileSync(join(alone.path, "agents/weather.md"), weather.replace("9000", line ?? ""));
      await using service = await alone.serve();
      const body = { agent: "weather", input: { message: "And today?" }, user_id: "u1" };
      const events = nativeEvents(await readSse(await post(`${service.url}/api/v1/runs`, body)).toEnd());
      expect(payloadsOf(events, "tool_result")).toMatchObject([{ name: "weather", output: { temperature: 21 } }]);
      expect(
        payloadsOf(events, "token")
          .map(({ delta }) => delta)
          .join(""),
      ).toBe("You asked: And today? It is 21 degrees in Busan.");
      expect(events.at(-1)?.type).toBe("done");
    } finally {
      child.kill();
    }
  },
  MINUTES,
);

const firstLine = async (stream: ReadableStream<Uint8Array>): Promise<string> => {
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes("\n")) break;
  }
  return text.split("\n", 1)[0] ?? "";
};
