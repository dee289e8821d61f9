import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { modelServer, replyOf } from "./support/model-server.ts";
import { agentsBox, agentsOf, ask, textOf } from "./support/own-agents.ts";
import type { ThreadView } from "./support/views.ts";
import { openAiChat } from "./support/wires/openai-chat.ts";

const SECONDS = 120_000;

const own = agentsBox();

describe("the operator's own agents, from the executable alone", () => {
  test(
    "run as text with the configured model, and as code with the files beside it",
    async () => {
      own.write({
        "orders.md":
          "---\ndescription: Knows orders.\ntemperature: 0.5\ntools: [calculate]\n---\nYou serve {{user_id}} in {{locale}}, on {{date}}.",
        "greet.ts":
          'import { agent } from "yeoul";\nimport { word } from "./lib/word.ts";\nimport end from "ending";\n' +
          "export default agent({ async *run(context) { yield `${word} ${context.userId}${end}`; return { polite: true }; } });",
        "lib/word.ts": "export const word: string = 'Hello';",
        // No file of a name that would be found without reading it.
        "node_modules/ending/package.json": '{"name":"ending","exports":{".":"./lib/ending.js"}}',
        "node_modules/ending/lib/ending.js": "module.exports = '!';",
      });
      await using server = modelServer(openAiChat);
      server.reply(replyOf(openAiChat, { text: ["One ", "order."], finish: "stop" }));
      await using service = await own.box.serve({ MODEL: "compatible:x", MODEL_BASE_URL: `${server.url}/v1` });
      expect(textOf(await ask(service.url, "orders", "How many?"))).toBe("One order.");
      const [request] = server.received;
      const today = new Date().toISOString().slice(0, 10);
      expect(request?.body).toMatchObject({
        temperature: 0.5,
        messages: [
          { role: "system", content: `You serve u1 in en, on ${today}.` },
          { role: "user", content: "How many?" },
        ],
        tools: [{ function: { name: "calculate" } }],
      });
      const greeted = await ask(service.url, "greet", "Hi");
      expect(textOf(greeted)).toBe("Hello u1!");
      expect(greeted.at(-1)).toMatchObject({ type: "done" });
    },
    SECONDS,
  );

  test(
    "take turns in one thread, whose history they share",
    async () => {
      own.write({
        "first.md": "You are the first.",
        "second.md": "You are the second.",
      });
      await using server = modelServer(openAiChat);
      server.reply(
        replyOf(openAiChat, { text: ["I am one."], finish: "stop" }),
        replyOf(openAiChat, { text: ["I am two."], finish: "stop" }),
      );
      await using service = await own.box.serve({ MODEL: "compatible:x", MODEL_BASE_URL: `${server.url}/v1` });
      await ask(service.url, "first", "Who?", "shared");
      await ask(service.url, "second", "And you?", "shared");
      expect(server.received[1]?.body).toMatchObject({
        messages: [
          { role: "system", content: "You are the second." },
          { role: "user", content: "Who?" },
          { role: "assistant", content: "I am one." },
          { role: "user", content: "And you?" },
        ],
      });
      const thread = (await (await fetch(`${service.url}/api/v1/threads/shared?userId=u1`)).json()) as ThreadView;
      expect(thread.messages.map(({ content }) => content)).toEqual(["Who?", "I am one.", "And you?", "I am two."]);
    },
    SECONDS,
  );

  test(
    "are read again on SIGHUP, helpers included; a run under way keeps its own, and mistakes change nothing",
    async () => {
      const greet = (word: string) => ({ "lib/word.ts": `export const word = "${word}";` });
      own.write({
        "greet.ts":
          'import { agent } from "yeoul";\nimport { word } from "./lib/word.ts";\n' +
          "export default agent({ description: word, async *run(context) {\n" +
          "  yield `${word}, `;\n  await fetch(context.input.message);\n  yield word;\n} });",
        ...greet("old"),
      });
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
      using gate = Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        fetch: async () => {
          arrive();
          await released;
          return new Response();
        },
      });
      await using service = await own.box.serve();
      const running = ask(service.url, "greet", String(gate.url));
      await arrived;

      own.write(greet("new"));
      service.signal("SIGHUP");
      await service.logged("read the agents again");
      expect(await agentsOf(service.url)).toMatchObject([{ description: "new" }]);
      release();
      expect(textOf(await running)).toBe("old, old");
      expect(textOf(await ask(service.url, "greet", String(gate.url)))).toBe("new, new");

      own.write({ ...greet("newer"), "broken.md": "---\nmodle: x\n---\nHelp." });
      service.signal("SIGHUP");
      await service.logged("agents/broken.md:2: modle is not a field: did you mean model?");
      expect(await agentsOf(service.url)).toMatchObject([{ name: "greet", description: "new" }]);

      rmSync(join(own.box.path, "agents/broken.md"));
      service.signal("SIGHUP");
      await service.logged("read the agents again", 2);
      expect(await agentsOf(service.url)).toMatchObject([{ name: "greet", description: "newer" }]);
    },
    SECONDS,
  );

  test(
    "do not end the service when a promise that they left behind rejects, and the log names file and line",
    async () => {
      own.write({
        "stray.ts":
          'import { agent } from "yeoul";\nexport default agent({ async *run() {\n' +
          "  setTimeout(() => {\n    throw new Error('from a timer');\n  });\n" +
          "  void Promise.reject(new Error('from a promise'));\n  void fetch('http://127.0.0.1:1/');\n  yield 'Done.';\n} });",
      });
      await using service = await own.box.serve();
      expect(textOf(await ask(service.url, "stray", "Hi"))).toBe("Done.");
      await service.logged("uncaught error, the service goes on", 3);
      expect(textOf(await ask(service.url, "stray", "Hi"))).toBe("Done.");
      expect(await service.end("SIGTERM")).toBe(0);
      const lines = await service.stderr;
      expect(lines).toMatch(/from a timer.*agents\/stray\.ts:4:/);
      expect(lines).toMatch(/from a promise.*agents\/stray\.ts:6:/);
    },
    SECONDS,
  );

  test("with mistakes end the start with code 2; all are named at once, and check finds the same", async () => {
    own.write({
      "one.md": "---\ntools: [calculat]\ntemperature: 9\n---\nHelp.",
      "two.ts": "export default {};",
      "three.js": "throw new Error('boom');",
      "four.ts": 'import { agent } from "yeoul";\nexport default agent({ async run() {} } as never);',
      "five.md": "You help {{user}}.",
      "ask.md": "Help.",
    });
    const mistakes = [
      "agents/ask.md: has the name of a built-in agent, ask: give it another one",
      "agents/four.ts:2: run must not be an async function: write it as async *run(context) { … }",
      'agents/one.md:2: tools names "calculat", which is no tool: did you mean calculate?',
      "agents/one.md:3: temperature must be a number from 0 to 2",
      "agents/three.js:1: throws when it is imported: boom",
      "agents/two.ts:1: exports by default what is no agent: write `export default agent({ … })`, with `agent` from the module yeoul",
    ];
    expect(await own.box.run([])).toEqual({
      code: 2,
      stdout: "",
      stderr: mistakes.map((mistake) => `yeoul: ${mistake}\n`).join(""),
    });
    const checked = await own.box.run(["check"]);
    expect(checked.code).toBe(2);
    for (const mistake of mistakes) expect(checked.stdout).toContain(`agents: ${mistake}\n`);
    expect(checked.stdout).toContain("agents: agents/five.md:1: has {{user}}, which is not filled in: there are");
  });

  test("check tries the models that agents name", async () => {
    own.write({ "far.md": "---\nmodel: compatible:gone\n---\nHelp." });
    const { code, stdout } = await own.box.run(["check"], { MODEL_BASE_URL: "http://127.0.0.1:1/v1" });
    expect(code).toBe(1);
    expect(stdout).toContain("agents: ok\n");
    expect(stdout).toMatch(/^model builtin: ok\nmodel compatible:gone: .*could not be reached/m);
  });
});

test(
  "a service whose terminal is closed stops, although that sends SIGHUP too",
  async () => {
    const { promise: listening, resolve: listens } = Promise.withResolvers<void>();
    let shown = "";
    const child = Bun.spawn([join(own.box.path, "yeoul")], {
      cwd: own.box.path,
      env: { DATA_DIR: own.box.dataDir, PORT: "0" },
      terminal: {
        data: (_, bytes) => {
          shown += new TextDecoder().decode(bytes);
          if (shown.includes("listening on")) listens();
        },
      },
    });
    await Promise.race([listening, child.exited]);
    child.terminal?.close();
    expect(await child.exited).toBe(0);
    expect(shown).toContain("listening on");
  },
  SECONDS,
);
