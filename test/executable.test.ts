import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { version } from "../package.json";
import { type Box, box, post } from "./support/executable.ts";
import { modelServer, replyOf } from "./support/model-server.ts";
import { type NativeEvent, nativeEvents, payloadsOf } from "./support/native-events.ts";
import { freshDatabase } from "./support/postgres.ts";
import { readSse } from "./support/sse.ts";
import type { ThreadView } from "./support/views.ts";
import { openAiChat } from "./support/wires/openai-chat.ts";

/** Time for a build on a busy machine. */
const BUILD_MS = 120_000;
const SECONDS = 30_000;

let alone: Box;
beforeAll(async () => {
  alone = await box();
}, BUILD_MS);
afterAll(() => alone[Symbol.dispose]());

/** Sends a question in the native envelope and reads to the terminal event. */
const solve = async (url: string, problem: string, threadId: string): Promise<readonly NativeEvent[]> => {
  const response = await post(`${url}/api/v1/solve`, { problem, user_id: "u1", thread_id: threadId });
  return nativeEvents(await readSse(response).toEnd());
};
const threadOf = async (url: string, threadId: string): Promise<ThreadView> =>
  (await (await fetch(`${url}/api/v1/threads/${threadId}?userId=u1`)).json()) as ThreadView;

describe("alone in a directory, with an empty environment", () => {
  test(
    "it answers, exits with 0 on SIGTERM, and continues the conversation after a restart",
    async () => {
      const first = await alone.serve();
      expect(first.firstLine).toMatch(/^yeoul listening on http:\/\/127\.0\.0\.1:\d+$/u);
      const body = { message: "2x + 3 = 7 을 풀어줘.", userId: "u1", threadId: "demo", chosenFeatures: ["solve"] };
      const events = await readSse(await post(`${first.url}/stream/v2`, body)).toEnd();
      expect(events.at(-1)).toMatchObject({ event: "run.completed", data: '{"thread_id":"demo"}' });
      const answer = events.flatMap(({ event, data }) => (event === "llm.token.delta" ? [JSON.parse(data).delta] : []));
      expect(answer.join("").trim().split("\n").at(-1)).toContain("x = 2");
      expect(await first.end("SIGTERM")).toBe(0);

      await using second = await alone.serve();
      await solve(second.url, "3x = 12", "demo");
      const { messages } = await threadOf(second.url, "demo");
      expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
      expect(messages[1]?.content).toBe(answer.join(""));
      expect(messages[3]?.content).toContain("x = 4");
    },
    SECONDS,
  );

  test(
    "a second process on the same directory ends with an error that says why",
    async () => {
      await using _first = await alone.serve();
      const second = await alone.run([]);
      expect(second).toMatchObject({ code: 1, stdout: "" });
      expect(second.stderr).toBe(
        `yeoul: the data directory ${alone.dataDir} is in use by another process: stop that one, or give this one a directory of its own\n`,
      );
    },
    SECONDS,
  );

  test(
    "a second process on the same port ends, and says that the port is in use",
    async () => {
      await using first = await alone.serve();
      const { port } = new URL(first.url);
      const second = await alone.run([], { PORT: port, DATA_DIR: `${alone.dataDir}-2` });
      expect(second).toMatchObject({ code: 1, stdout: "" });
      expect(second.stderr).toContain(`cannot listen on 127.0.0.1, port ${port}: the port is in use`);
    },
    SECONDS,
  );

  test.each([
    ["a host that is not this machine's", { HOST: "203.0.113.9", AUTH: "none" }, "does not have this address"],
    ["a data directory that is a file", { DATA_DIR: "yeoul" }, "is not a directory"],
  ])(
    "%s ends the start with a message",
    async (_, env, words) => {
      const ended = await alone.run([], env);
      expect(ended).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(words) });
    },
    SECONDS,
  );

  test(
    "a start and a stop are logged",
    async () => {
      await using service = await alone.serve();
      expect(await service.end("SIGTERM")).toBe(0);
      const lines = (await service.stderr)
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(lines).toMatchObject([
        { level: "info", msg: "serving", version, database: "embedded", model: "builtin" },
        { level: "info", msg: "draining", runs: 0 },
        { level: "info", msg: "stopped" },
      ]);
    },
    SECONDS,
  );

  test(
    "a plot is drawn in the tools' worker and served",
    async () => {
      await using service = await alone.serve();
      const events = await solve(service.url, "plot y = sin(x) from -5 to 5", "plot");
      const [picture] = payloadsOf(events, "image_result");
      const image = await fetch(`${service.url}/${(picture as { url: string }).url}?userId=u1`);
      expect(image.headers.get("content-type")).toStartWith("image/svg+xml");
      expect(await image.text()).toStartWith("<svg");
    },
    SECONDS,
  );
});

describe("with a model behind HTTP", () => {
  test(
    "run_javascript runs what the model wrote",
    async () => {
      await using server = modelServer(openAiChat);
      const pieces = ['{"code":"[1, 2, 3].map((n) => n ** 2)"}'];
      const calls = [{ id: "c1", name: "run_javascript", pieces }];
      server.reply(replyOf(openAiChat, { calls, finish: "tool_calls" }));
      server.reply(replyOf(openAiChat, { text: ["x = 14"], finish: "stop" }));
      await using service = await alone.serve({ MODEL: "compatible:x", MODEL_BASE_URL: `${server.url}/v1` });
      const events = await solve(service.url, "Solve x = 1^2 + 2^2 + 3^2 by program.", "javascript");
      const [result] = payloadsOf(events, "tool_result");
      expect(result).toMatchObject({ is_error: false, output: { result: [1, 4, 9] } });
      expect(events.at(-1)?.type).toBe("done");
    },
    SECONDS,
  );

  test(
    "killed in the middle of an answer, it has stored the text and goes on with it when it starts again",
    async () => {
      await using server = modelServer(openAiChat);
      server.reply({ ...replyOf(openAiChat, { text: ["Half a "], finish: null }), ending: "hang" });
      server.reply(replyOf(openAiChat, { text: ["sentence."], finish: "stop" }));
      const env = { MODEL: "compatible:x", MODEL_BASE_URL: `${server.url}/v1` };
      const first = await alone.serve(env);
      const body = { problem: "Tell me.", user_id: "u1", thread_id: "killed" };
      const stream = readSse(await post(`${first.url}/api/v1/solve`, body));
      await stream.until(({ event }) => event === "token");
      expect(await first.end("SIGKILL")).toBe(137);

      await using second = await alone.serve(env);
      const log = await fetch(`${second.url}/api/v1/threads/killed/events?userId=u1&after=0`);
      const events = nativeEvents(await readSse(log).toEnd());
      expect(payloadsOf(events, "token")).toEqual([{ delta: "Half a " }, { delta: "sentence." }]);
      expect(events.at(-1)?.type).toBe("done");
      const { messages, active_run } = await threadOf(second.url, "killed");
      expect(messages.map(({ content }) => content)).toEqual(["Tell me.", "Half a sentence."]);
      expect(active_run).toBeNull();
    },
    SECONDS,
  );
});

describe("its commands", () => {
  test("--version and --help print and exit with 0", async () => {
    expect(await alone.run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
    const help = await alone.run(["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("DATA_DIR=./data");
  });

  test("a wrong configuration or argument exits with 2, and every mistake is named", async () => {
    const wrong = await alone.run([], { PORT: "many", MODEL: "nobody" });
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toMatch(/yeoul: PORT must be/u);
    expect(wrong.stderr).toMatch(/yeoul: MODEL must be/u);
    expect(await alone.run(["dance"])).toMatchObject({ code: 2 });
  });

  test(
    "check fetches the keys of JWKS_URL, and says when it cannot",
    async () => {
      using server = Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        fetch: ({ url }) => (url.endsWith("/keys") ? Response.json({ keys: [] }) : new Response("no", { status: 404 })),
      });
      const verdict = async (JWKS_URL: string) => {
        const { stdout } = await alone.run(["check"], { JWKS_URL });
        return /^identity: (.*)$/mu.exec(stdout)?.[1];
      };
      expect(await verdict(`${server.url}keys`)).toBe("ok");
      for (const url of [`${server.url}gone`, "http://127.0.0.1:1/keys"])
        expect(await verdict(url)).toStartWith("the keys could not be fetched from JWKS_URL (");
    },
    SECONDS,
  );

  test(
    "migrate brings a Postgres up to date, and check reports whether it is",
    async () => {
      const env = { DATABASE_URL: await freshDatabase() };
      expect(await alone.run(["check"], env)).toMatchObject({ code: 1 });
      expect(await alone.run(["migrate"], env)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^applied \d+ m/u),
      });
      expect(await alone.run(["migrate"], env)).toMatchObject({ code: 0, stdout: "the database is up to date\n" });
      expect(await alone.run(["check"], env)).toEqual({
        code: 0,
        stdout: "configuration: ok\nstore: ok\nmodel: ok\nembeddings: ok\n",
        stderr: "",
      });
      const several = { MODEL: "builtin,compatible:gone", MODEL_BASE_URL: "http://127.0.0.1:1/v1" };
      expect(await alone.run(["check"], { ...env, ...several })).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^model builtin: ok\nmodel compatible:gone: .*could not be reached/mu),
      });
      await using service = await alone.serve(env);
      expect((await solve(service.url, "3x = 12", "postgres")).at(-1)?.type).toBe("done");
    },
    SECONDS,
  );
});
