import { beforeAll, describe, expect, test } from "bun:test";
import type { Socket } from "node:net";
import { realSystem } from "../../../src/domain/system.ts";
import { openLogger, serviceLogger } from "../../../src/logger.ts";
import { message } from "../../support/ag-ui-agent.ts";
import { sharedStore } from "../../support/harness.ts";
import { heldSleeps } from "../../support/held-sleeps.ts";
import { payloadsOf } from "../../support/native-events.ts";
import { CHUNKED, chunkOf, LAST_CHUNK, type RawRequest, rawServer } from "../../support/raw-server.ts";
import { frameOf, STARTED } from "../../support/remote-read.ts";
import { answerOf, askFar, farEvents, remoteService, SECRET } from "../../support/remote-service.ts";
import { readSse } from "../../support/sse.ts";

// The first database of a process takes long to open on a busy machine.
beforeAll(async () => void (await sharedStore()), 120_000);

const begin = CHUNKED + [STARTED, ...message("m", "So far")].map(frameOf).map(chunkOf).join("");

/** Asks an agent whose server answers each request so. Returns how the run ended, and the log. */
const failing = async (answer: (socket: Socket, request: RawRequest) => void) => {
  await using server = await rawServer(answer);
  let log = "";
  const logger = serviceLogger(openLogger("debug", [], (line) => (log += line)));
  await using service = await remoteService(server.url, { logger });
  const events = await farEvents(service);
  return { error: payloadsOf(events, "error")[0], answer: answerOf(events), log, requests: server.requests };
};

const status = (line: string, body = "", headers = "") =>
  `HTTP/1.1 ${line}\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;

describe("a response without an answer fails the run, is not retried, and shows no text of the server", () => {
  const words = "<p>internal detail 7</p>";
  test.each([
    ["a failure", "503 Service Unavailable", "", "The agent failed (HTTP 503).", true],
    ["a failure that may pass", "500 Oops", "retry-after: 1", "The agent failed (HTTP 500).", true],
    ["a rejection", "400 Bad Request", "", "The agent rejected the request (HTTP 400).", false],
    ["a refusal", "401 Unauthorized", "", "The agent refused access (HTTP 401).", false],
    ["an unknown path", "404 Not Found", "", "The agent is not available (HTTP 404).", false],
    ["a redirect", "302 Found", "location: http://127.0.0.1:1/", "The agent is not available (HTTP 302).", false],
    ["a page", "200 OK", "content-type: text/html", "The agent did not answer with an event stream.", false],
    ["no media type", "200 OK", "", "The agent did not answer with an event stream.", false],
    [
      "a compressed stream",
      "200 OK",
      "content-type: text/event-stream\r\ncontent-encoding: gzip",
      "The agent sent a response that cannot be read.",
      false,
    ],
  ])("%s", async (_, line, header, message, recoverable) => {
    const { error, log, requests } = await failing((socket) =>
      socket.write(status(line, words, header && `${header}\r\n`)),
    );
    expect(error).toEqual({ code: "model_unavailable", message, recoverable });
    expect(requests.length).toBe(1);
    expect(log).not.toContain(SECRET);
    expect(log.split("\n").filter((one) => one.includes("internal detail") && !one.includes('"debug"'))).toEqual([]);
  });

  test("429 says that the agent is limiting requests", async () => {
    const { error } = await failing((socket) => socket.write(status("429 Too Many Requests")));
    expect(error).toEqual({
      code: "model_rate_limited",
      message: "The agent is limiting requests.",
      recoverable: true,
    });
  });
});

test("a redirect is not followed: headers go to no other address", async () => {
  await using other = await rawServer((socket) => socket.write(begin));
  const { error, requests } = await failing((socket) =>
    socket.write(status("307 Temporary Redirect", "", `location: ${other.url}\r\n`)),
  );
  expect([error?.code, requests.length, other.requests.length]).toEqual(["model_unavailable", 1, 0]);
});

test.each([
  ["ends early", (socket: Socket) => socket.write(begin + LAST_CHUNK)],
  ["is cut", (socket: Socket) => socket.write(begin, () => socket.destroy())],
  ["becomes invalid", (socket: Socket) => socket.write(begin + chunkOf("data: {{{\n\n"))],
  ["violates HTTP", (socket: Socket) => socket.write(`${begin}not a chunk\r\n`)],
])("a stream that %s fails the run once, and its text so far is stored", async (_, answer) => {
  const { error, answer: text, requests } = await failing(answer);
  expect([error?.code, text, requests.length]).toEqual(["model_unavailable", "So far", 1]);
});

test("a connection that is refused is tried again; a request that may have arrived is not", async () => {
  const gone = await rawServer(() => {});
  await gone[Symbol.asyncDispose]();
  let log = "";
  const logger = serviceLogger(openLogger("info", [], (line) => (log += line)));
  const system = {
    ...realSystem,
    sleep: (ms: number, signal?: AbortSignal) => realSystem.sleep(ms < 5_000 ? 0 : ms, signal),
  };
  await using service = await remoteService(gone.url, { system, logger });
  const events = await farEvents(service);
  expect(payloadsOf(events, "error")).toEqual([
    { code: "model_unavailable", message: "The agent could not be reached.", recoverable: true },
  ]);
  expect(payloadsOf(events, "credit_settled")[0]).toMatchObject({ input_tokens: 0, output_tokens: 0 });
  expect(log.match(/trying again/g)?.length).toBe(3);
  const { error, requests } = await failing((socket) => socket.destroy());
  expect([error?.message, requests.length]).toEqual(["The agent could not be reached.", 1]);
});

test("a run whose agent sends nothing more ends, and the connection is closed", async () => {
  await using server = await rawServer((socket) => socket.write(begin));
  let now = Date.UTC(2026, 0, 1);
  const { system, end } = heldSleeps(77_777);
  await using service = await remoteService(server.url, {
    system: { ...system, now: () => now },
    idleMs: 77_777,
  });
  const stream = readSse(await askFar(service));
  await stream.until(({ event }) => event === "token");
  now += 77_777;
  end();
  const frames = await stream.toEnd();
  expect(frames.at(-1)?.data).toContain("The agent sent nothing for 77.777 s.");
  await server.closed(1);
});
