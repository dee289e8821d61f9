import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { type Box, box, post } from "./support/executable.ts";
import { probing } from "./support/health-probe.ts";
import { type RawServer, rawServer } from "./support/raw-server.ts";

// An endless model server for every wire. The figures are CPU time, because both cores may be busy.

const HELD_MS = 100;
/** CPU time of the main thread for one answer, in ms: 100 to 200 on a quiet machine, seconds to minutes without bounds. */
const ANSWER_MS = 1_500;
const PEAK_MIB = 1_200;
/** Number of tries, because garbage collection may affect one of them. */
const TRIES = 4;

let flood = Buffer.alloc(0);
let server: RawServer;
let here: Box;
let service: Awaited<ReturnType<Box["serve"]>>;
beforeAll(async () => {
  server = await rawServer((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n");
    pour(socket);
  });
  here = await box();
  service = await here.serve({
    LOG_LEVEL: "error",
    MODEL: "openai:stand-in",
    OPENAI_API_KEY: "key",
    OPENAI_BASE_URL: server.url,
    RUN_TIMEOUT: "30s",
  });
}, 300_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  here?.[Symbol.dispose]();
  await server?.[Symbol.asyncDispose]();
});

/** Writes as long as the socket accepts data, and goes on when it drains. */
const pour = (socket: Socket): void => {
  while (!socket.destroyed && socket.write(flood));
  if (!socket.destroyed) socket.once("drain", () => pour(socket));
};

const WIRES = [
  ["/stream/v2", { message: "hello", userId: "u" }],
  ["/api/v1/solve", { problem: "hello", user_id: "u" }],
  ["/ask", { question: "hello" }],
  ["/api/chat/stream", { message: "hello" }],
  ["/api/v1/generate/stream", { input_type: "text", content: "hello" }],
] as const;

/** CPU time of the service's main thread so far, in milliseconds (proc_pid_schedstat(5)). */
const computedMs = (): number =>
  Number(readFileSync(`/proc/${service.pid}/task/${service.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
/** Its peak resident memory (proc_pid_status(5)). */
const peakMiB = (): number =>
  Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${service.pid}/status`, "utf8"))?.[1]) / 1024;

const FLOODS = [
  ["lines that are not fields", "w\n".repeat(32_768)],
  [
    "deeply nested events without content",
    `data: {"type":"x","a":${"[".repeat(500)}${"]".repeat(500)}}\n\n`.repeat(64),
  ],
  ["an event of many values", `data: {"type":"x","a":[${"{},".repeat(190_000)}1]}\n\n`],
] as const;
const cases = FLOODS.flatMap(([what, sent]) => WIRES.map(([path, body]) => [what, path, body, sent] as const));

test.skipIf(process.platform !== "linux").each(cases)(
  "when a model sends %s without end, %s reports a failure, delays no other request and stays within its memory",
  async (_, path, body, sent) => {
    flood = Buffer.from(sent);
    let blockedMs = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < TRIES && blockedMs >= HELD_MS; tries++) {
      const before = computedMs();
      let answer = "";
      const probed = await probing(service, async () => {
        answer = await (await post(service.url + path, body)).text();
      });
      blockedMs = Math.min(blockedMs, probed.blockedMs);
      expect(answer).toMatch(/"error"|event: (?:error|run\.failed)/);
      expect(computedMs() - before).toBeLessThan(ANSWER_MS);
    }
    expect(blockedMs).toBeLessThan(HELD_MS);
    expect(peakMiB()).toBeLessThan(PEAK_MIB);
  },
  120_000,
);
