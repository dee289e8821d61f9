import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { realSystem } from "../src/domain/system.ts";
import { type Box, box, post } from "./support/executable.ts";
import { modelServer, replyOf } from "./support/model-server.ts";
import { nativeEvents } from "./support/native-events.ts";
import { freePort, freshDatabase } from "./support/postgres.ts";
import { readSse } from "./support/sse.ts";
import { openAiChat } from "./support/wires/openai-chat.ts";

const BUILD_MS = 120_000;
const MINUTE = 60_000;
const WORKERS = 2;
/** Each request comes on a connection of its own: that all of these reach one worker is a matter of 1 in a million. */
const REQUESTS = 20;

let alone: Box;
let url: string;
beforeAll(async () => {
  alone = await box();
  url = await freshDatabase();
}, BUILD_MS);
afterAll(() => alone[Symbol.dispose]());

const service = (env: Readonly<Record<string, string>> = {}) =>
  alone.serve({ DATABASE_URL: url, LEASE_TTL: "3s", DRAIN_TIMEOUT: "5s", ...env }, [
    "serve",
    "--workers",
    `${WORKERS}`,
  ]);
type Running = Awaited<ReturnType<typeof service>>;

/** On a connection of its own, so that any worker may answer. */
const request = (address: string, init: RequestInit = {}): Promise<Response> =>
  fetch(address, { ...init, headers: { ...init.headers, connection: "close" } });

/** The processes that the service has started, and that live. */
const childrenOf = async (pid: number): Promise<readonly number[]> => {
  const listed = await Bun.$`ps -o pid= --ppid ${pid}`.nothrow().text();
  return listed.split("\n").filter(Boolean).map(Number);
};

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await realSystem.sleep(20);
};

const isReady = async (running: Running) =>
  (await request(`${running.url}/api/v1/health`).catch(() => null))?.status === 200;

const begin = async (running: Running, problem: string) => {
  const threadId = realSystem.id();
  const body = { problem, user_id: "u1", thread_id: threadId };
  const headers = { "content-type": "application/json", connection: "close" };
  return {
    threadId,
    response: await fetch(`${running.url}/api/v1/solve`, { method: "POST", headers, body: JSON.stringify(body) }),
  };
};

const eventsOf = (running: Running, threadId: string): Promise<Response> =>
  request(`${running.url}/api/v1/threads/${threadId}/events?userId=u1&after=0`);

/** The workers that lines of the log were written by. */
const workersIn = (log: string, message: string): Set<unknown> =>
  new Set(
    log
      .split("\n")
      .filter((line) => line.includes(`"msg":"${message}"`))
      .map((line) => (JSON.parse(line) as { readonly worker?: unknown }).worker),
  );

describe("workers", () => {
  test(
    "share one port: each begins runs, each tells of every run, and all drain together",
    async () => {
      const running = await service();
      const begun = await Promise.all(Array.from({ length: REQUESTS }, (_, at) => begin(running, `${at}x = 12`)));
      const streams = await Promise.all(begun.map(({ response }) => readSse(response).toEnd()));
      for (const [at, { threadId }] of begun.entries()) {
        const replayed = nativeEvents(await readSse(await eventsOf(running, threadId)).toEnd());
        expect(replayed.at(-1)?.type).toBe("done");
        expect(streams[at]?.length).toBeGreaterThan(2);
      }
      expect(await running.end("SIGTERM")).toBe(0);
      const log = await running.stderr;
      expect(workersIn(log, "run started")).toEqual(new Set([1, 2]));
      expect(workersIn(log, "stopped")).toEqual(new Set([1, 2]));
    },
    MINUTE,
  );

  test(
    "start one run for a ticket, whichever of them is asked for it and however often",
    async () => {
      await using running = await service();
      const ticket = await post(`${running.url}/api/chat/stream/init`, { message: "3x = 12", user_id: "u1" });
      const { id } = (await ticket.json()) as { readonly id: string };
      const responses = Array.from({ length: REQUESTS }, () => request(`${running.url}/api/chat/stream/${id}`));
      const streams = await Promise.all((await Promise.all(responses)).map((response) => readSse(response).toEnd()));
      expect(streams[0]?.at(-1)?.data).toContain('"type":"final"');
      for (const stream of streams) expect(stream).toEqual(streams[0] ?? []);
    },
    MINUTE,
  );

  test(
    "cancel each other's runs",
    async () => {
      await using server = modelServer(openAiChat);
      const half = replyOf(openAiChat, { text: ["Half a "], finish: null });
      const unending = { ...half, rest: { after: new Promise<never>(() => {}), frames: [] } };
      for (let at = 0; at < REQUESTS; at++) server.reply(unending);
      await using running = await service({ MODEL: "compatible:x", MODEL_BASE_URL: `${server.url}/v1` });
      const ended = Array.from({ length: REQUESTS }, async (_, at) => {
        const { threadId, response } = await begin(running, `Tell me ${at}.`);
        const stream = readSse(response);
        await stream.until(({ event }) => event === "token");
        const replay = readSse(await eventsOf(running, threadId));
        await replay.until(({ event }) => event === "token");
        const [event] = nativeEvents(replay.events);
        const cancel = `${running.url}/api/v1/runs/${event?.run_id}/cancel?wait=1&userId=u1`;
        const cancelled = await request(cancel, { method: "POST" });
        expect(await cancelled.json()).toMatchObject({ status: "cancelled" });
        return (await stream.toEnd()).at(-1)?.event;
      });
      expect(await Promise.all(ended)).toEqual(Array(REQUESTS).fill("error"));
    },
    MINUTE,
  );

  test(
    "a killed one is started again, and the other answers meanwhile",
    async () => {
      await using running = await service();
      const [first = 0] = await childrenOf(running.pid);
      process.kill(first, "SIGKILL");
      await running.logged("a worker died, starting it again");
      await until(() => isReady(running));
      await until(async () => {
        const now = await childrenOf(running.pid);
        return now.length === WORKERS && !now.includes(first);
      });
      await running.logged('"msg":"serving"', WORKERS + 1);
    },
    MINUTE,
  );

  test(
    "read their agents again together",
    async () => {
      await using running = await service();
      running.signal("SIGHUP");
      await running.logged("read the agents again", WORKERS);
    },
    MINUTE,
  );

  test(
    "end when the process that started them is killed",
    async () => {
      const port = String(await freePort());
      const running = await service({ PORT: port });
      const children = await childrenOf(running.pid);
      expect(children).toHaveLength(WORKERS);
      await running.end("SIGKILL");
      await until(async () => children.every((pid) => !isAlive(pid)));
      // Nobody holds the port: it can be started again at once.
      await using _ = await service({ PORT: port });
    },
    MINUTE,
  );

  test(
    "do not share a port with a stranger",
    async () => {
      const stranger = createServer().listen(0, "127.0.0.1");
      const address = stranger.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      const { code, stderr } = await alone.run(["serve", "--workers", "2"], { DATABASE_URL: url, PORT: String(port) });
      stranger.close();
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("the port is in use") });
    },
    MINUTE,
  );

  test("need a database that several processes may use", async () => {
    const { code, stderr } = await alone.run(["serve", "--workers", "auto"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("DATABASE_URL must be set") });
  });

  test("report what is wrong with the settings once, with the exit code of a single process", async () => {
    const away = "postgres://u:p@127.0.0.1:1/none";
    const { code, stderr } = await alone.run(["serve", "--workers", "3"], { DATABASE_URL: away });
    expect({ code, lines: stderr.trimEnd().split("\n").length }).toEqual({ code: 1, lines: 1 });
  });
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
