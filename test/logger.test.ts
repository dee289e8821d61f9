import { describe, expect, test } from "bun:test";
import { readConfig, secretsOf } from "../src/config/read-config.ts";
import { RunError } from "../src/domain/error.ts";
import { realSystem } from "../src/domain/system.ts";
import { UnreadableError } from "../src/domain/unreadable.ts";
import { openLogger, type ServiceLogger, serviceLogger } from "../src/logger.ts";
import { type Model, ModelError } from "../src/models/contract.ts";
import { failureOfReport, failureOfStatus } from "../src/models/failure.ts";
import { providers } from "../src/models/providers/index.ts";
import { withRetry } from "../src/models/retry.ts";
import { runErrorOf } from "../src/runs/ending.ts";
import type { LiveRun } from "../src/runs/live-run.ts";
import { StoreError } from "../src/store/store-error.ts";

const KEY = "key-7f3a9c51d20e48b6";
const place = { keyVariable: "MODEL_API_KEY", now: () => realSystem.now() };

const run = { runId: "r", threadKey: "u:t", traceId: "t" } as Partial<LiveRun> as LiveRun;
const logged = (level: string) => {
  const lines: string[] = [];
  return { lines, log: serviceLogger(openLogger(level, [KEY], (line) => lines.push(line))) };
};

describe("a key that a provider quotes", () => {
  test.each([
    ["in a sentence", `Incorrect API key provided: ${KEY}. You can find yours elsewhere.`],
    ["as a code", `{"error":{"code":"${KEY}","message":"no"}}`],
    ["within the headers", JSON.stringify({ headers: { authorization: `Bearer ${KEY}` } })],
    ["where its words are cut", `${"x ".repeat(994)}${KEY} and more`],
    ["where its words are cut, glued to others", `${"x ".repeat(900)}${"y".repeat(190)}${KEY}${"z".repeat(900)}`],
  ])("%s is in no line, at no level, and in no message", (_, body) => {
    for (const error of [
      failureOfStatus({ status: 401, header: () => undefined, body }, place),
      failureOfStatus({ status: 400, header: () => undefined, body }, place),
      failureOfReport({ error: body }, place),
    ]) {
      const { lines, log } = logged("trace");
      log.models.retry({ model: "compatible:x", attempt: 1, delayMs: 1, error });
      log.models.fallback({ model: "a", next: "b", error });
      log.requestFailed("/ask", new Error(`inner ${KEY}`, { cause: error }));
      log.retrievalLimited(`it said ${KEY}`);
      expect(lines.length).toBeGreaterThanOrEqual(4);
      const output = [...lines, error.message].join("\n");
      expect(output).not.toContain(KEY);
      // And no half of it.
      expect(output).not.toContain(KEY.slice(0, 10));
      for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: expect.any(String) });
    }
  });
});

test("every secret of the configuration is redacted in the log", () => {
  // By their names and not by their listed kind: otherwise a key listed as text would be logged.
  const keys = providers
    .flatMap(({ variables }) => Object.values(variables).map(({ name }) => name))
    .filter((name) => /(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)$/.test(name));
  expect(keys.length).toBeGreaterThan(3);
  const secrets = {
    ...Object.fromEntries(keys.map((name) => [name, `the-value-of-${name}`])),
    AUTH_TOKEN: "token-number-5,token-number-6",
    ACCESS_TOKEN_SECRET: "a-secret-for-access-tokens-number-7",
    JWT_SECRET: "a-secret-for-the-tokens-of-users-number-8",
  };
  const read = readConfig({ ...secrets, DATABASE_URL: "postgres://u:pass%2Fword9@localhost/db" });
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
  const expected = [...Object.values(secrets).flatMap((text) => text.split(",")), "pass%2Fword9", "pass/word9"];
  expect(new Set(secretsOf(read.config))).toEqual(new Set(expected));
});

test("a blocked event loop is told in a short line, however many runs were under way", () => {
  const places = Array.from({ length: 2_000 }, (_, at) => ({
    agent: at < 1_500 ? "busy" : `agent-${at % 50}`,
    node: "run",
    runId: `r${at}`,
  }));
  const { lines, log } = logged("warn");
  log.agents.blockedLoop([...places, { agent: "alone", node: "run", runId: "r" }], 300);
  log.agents.blockedLoop(places.slice(1_499, 1_501), 300);
  log.agents.blockedLoop(places.slice(0, 1), 300);
  const [many, two, one] = lines.map((line) => JSON.parse(line));
  expect(many.one_of).toHaveLength(10);
  expect(many.one_of[0]).toEqual({ agent: "busy", node: "run", runs: 1_500 });
  expect(two.one_of).toEqual([
    { agent: "busy", node: "run", run: "r1499" },
    { agent: "agent-0", node: "run", run: "r1500" },
  ]);
  expect(one).toMatchObject({ agent: "busy", node: "run", run: "r0", blocked_ms: 300 });
  expect(lines[0]?.length).toBeLessThan(1_000);
});

describe("whether the same request may succeed later", () => {
  const ofStatus = (status: number, body = "") => failureOfStatus({ status, header: () => undefined, body }, place);

  test.each([301, 400, 401, 403, 404, 405, 413, 422])("is no after a status of %d", (status) => {
    expect(ofStatus(status)).toMatchObject({ retryable: false, isRecoverable: false });
  });
  test.each([408, 409, 429, 500, 502, 503, 529])("is yes after a status of %d", (status) => {
    expect(ofStatus(status).isRecoverable).toBe(true);
  });
  test.each(["invalid_request_error", "authentication_error", "NOT_FOUND", "PERMISSION_DENIED"])(
    "is no when the stream itself reports %s",
    (type) => {
      expect(failureOfReport({ error: { type, message: "no" } }, place)).toMatchObject({
        retryable: false,
        isRecoverable: false,
      });
    },
  );
  test("is yes for a quota, which may be renewed, and no after a refusal", () => {
    expect(ofStatus(429, "insufficient_quota").isRecoverable).toBe(true);
    expect(new ModelError("model_refused", "no", { retryable: false }).isRecoverable).toBe(false);
  });
});

describe("a failure that is expected", () => {
  const usage = { inputTokens: 1, outputTokens: 0 };
  const ended = (thrown: unknown): Record<string, unknown> => {
    const { lines, log } = logged("info");
    const failure = runErrorOf(thrown);
    log.runs.ended(run, { agent: "ask", outcome: "persisted", failure, usage, durationMs: 1 });
    expect(lines.length).toBe(1);
    return JSON.parse(lines[0] ?? "");
  };

  test("of a model is logged with the model, the code, the reason and the remedy, and without a stack", async () => {
    const error = failureOfStatus(
      { status: 404, header: () => undefined, body: '{"error":{"code":"no_such_model"}}' },
      place,
    );
    const failing: Model = { id: "compatible:x", answer: () => Promise.reject(error), check: async () => {} };
    const model = withRetry(failing, { system: realSystem, logger: logged("info").log.models });
    const thrown = await model
      .answer({ system: "", messages: [], tools: [] }, { signal: new AbortController().signal }, () => undefined)
      .catch((caught: unknown) => caught);
    const line = ended(thrown);
    expect(line).toMatchObject({
      level: "error",
      model: "compatible:x",
      code: error.code,
      reason: error.message,
      remedy: expect.stringContaining("base URL"),
      cause: expect.stringContaining("404"),
    });
    expect(line).not.toHaveProperty("err");
  });

  test("of an upload or a page is logged with its reason", () => {
    const cause = new UnreadableError("forbidden_address", "The address is not public.");
    const line = ended(new RunError("tool_failed", "공개된 주소가 아닙니다.", { cause }));
    expect(line).toMatchObject({ level: "info", outcome: "tool_failed", reason: cause.message });
  });

  test("of a page that an agent has not provided for is logged with the lines that asked for it", () => {
    const cause = new UnreadableError("unreachable", "The page is away.");
    expect(ended(runErrorOf(cause))).toMatchObject({
      level: "error",
      outcome: "internal",
      err: { message: cause.message, stack: expect.stringContaining("logger.test.ts:") },
    });
  });

  test("of a tool is logged with the agent, the tool and the lines that threw", () => {
    const { lines, log } = logged("info");
    for (const error of [new Error("no stock"), new UnreadableError("empty", "Nothing.")])
      log.runs.toolFailed(run, { agent: "shop", tool: "stock" }, error);
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      ["no stock", "Nothing."].map((message) =>
        expect.objectContaining({
          ...{ level: "warn", agent: "shop", tool: "stock", run: run.runId },
          err: expect.objectContaining({ message, stack: expect.stringContaining("logger.test.ts:") }),
        }),
      ),
    );
  });

  test("of the store is logged with its reason, and without a stack", () => {
    const line = ended(new StoreError("unavailable", "it is away", { cause: new Error("select 1") }));
    expect(line).toMatchObject({ level: "error", outcome: "store_unavailable", reason: "it is away" });
    expect(JSON.stringify(line)).not.toContain("select 1");
  });

  test.each<[string, (log: ServiceLogger, error: StoreError) => void]>([
    ["an outage", (log, error) => log.journal.outage(error, 3)],
    ["rejected events", (log, error) => log.journal.rejected(run, error)],
    ["a request", (log, error) => log.requestFailed("/ask", error)],
    ["a stream", (log, error) => log.streamBroken("r", error)],
    ["usage", (log, error) => log.runs.uncounted(error)],
    ["maintenance", (log, error) => log.runs.maintenanceFailed(error)],
    ["a recurring task", (log, error) => log.runs.recurringFails("recovery", error)],
    ["a part of a run", (log, error) => log.runs.trouble(run, error)],
  ])("of the store is logged with its code and its reason, and without a stack: %s", (_, report) => {
    const { lines, log } = logged("info");
    const cause = Object.assign(new Error("insert into yeoul.events"), { code: "53100" });
    report(
      log,
      new StoreError("unavailable", "events.append: disk full", { cause: new StoreError("failed", "", { cause }) }),
    );
    report(log, new StoreError("failed", "no answer"));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ code: "53100", reason: "events.append: disk full" }),
      expect.objectContaining({ code: "failed", reason: "no answer" }),
    ]);
    expect(lines.join()).not.toMatch(/stack|insert into/);
  });

  test("of no other cause is logged with the message of the run's error", () => {
    const line = ended(new RunError("timeout", "The answer took longer than 60 s."));
    expect(line).toMatchObject({ level: "info", outcome: "timeout", reason: "The answer took longer than 60 s." });
  });

  test("of the identity provider is logged with its reason, and without a stack", () => {
    const { lines, log } = logged("info");
    log.keysAway(new TypeError("Unable to connect.", { cause: new Error("refused") }));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: "warn", reason: "Unable to connect.", cause: "refused" }),
    ]);
    expect(lines[0]).not.toContain("stack");
  });
});

test("what happens to a run between its start and its end names the run", () => {
  const { lines, log } = logged("debug");
  log.runs.resumed(run, { attempt: 2, reason: "takeover" });
  log.runs.resumed(run, { attempt: 3, reason: "resumed" });
  log.runs.waiting(run, 1);
  log.runs.recovered(run, new RunError("interrupted", "Its agent is gone."));
  log.journal.ignored(run, "token");
  log.journal.rewritten(run, 1);
  log.journal.torn(run);
  log.journal.rejected(run, new StoreError("failed", "no"));
  const parsed = lines.map((line) => JSON.parse(line));
  expect(parsed).toHaveLength(8);
  for (const line of parsed) expect(line).toMatchObject({ run: "r", thread: "u:t" });
  expect(parsed.slice(0, 2).map(({ reason, msg }) => [reason, msg])).toEqual([
    ["takeover", "run of another process goes on here"],
    ["resumed", "run that has waited goes on here"],
  ]);

  const error = new ModelError("model_unavailable", "It failed.", { retryable: true });
  log.models.retry({ model: "a", runId: "r", attempt: 1, delayMs: 1, error });
  log.models.fallback({ model: "a", runId: "r", next: "b", error });
  log.models.retry({ model: "a", attempt: 1, delayMs: 1, error });
  expect(lines.slice(8).map((line) => JSON.parse(line).run)).toEqual(["r", "r", undefined]);
});

test("a failure that nobody expects is logged with its stack", () => {
  const { lines, log } = logged("info");
  log.runs.ended(run, {
    agent: "ask",
    outcome: "persisted",
    failure: runErrorOf(new Error("a defect")),
    usage: { inputTokens: 1, outputTokens: 0 },
    durationMs: 1,
  });
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    level: "error",
    err: { message: "a defect", stack: expect.any(String) },
  });
});
