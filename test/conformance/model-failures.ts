import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { ModelError } from "../../src/models/contract.ts";
import { providerWords } from "../../src/models/provider-error.ts";
import { withRetry } from "../../src/models/retry.ts";
import { replyOf } from "../support/model-server.ts";
import { noModelLogger } from "../support/no-model-logger.ts";
import { type Driver, failureFrom, HELLO, KEY, never, partsFrom, QUESTION, type Start, textOf } from "./model-kit.ts";

/** A variable, an address, or advice about one. */
const OPERATOR_ADVICE = /[A-Z]+_[A-Z]+|URL|https?:|\b(?:[Ss]et|[Cc]heck|[Tt]urn)\b/;

/** Failures, and the errors that they become. */
export const modelFailures = ({ wire, open, keyVariable }: Driver, start: Start): void => {
  test("429 is a retryable rate limit, after the time that it names", async () => {
    const { server, model } = start();
    server.reply({ status: 429, headers: { "retry-after": "7" }, body: '{"error":{"message":"slow down, org-42"}}' });
    const { parts, error } = await failureFrom(model);
    expect(parts).toEqual([]);
    expect(error).toMatchObject({ code: "model_rate_limited", retryable: true, retryAfterMs: 7_000 });
  });

  test.each([408, 409, 500, 503, 529])("%i is retryable", async (status) => {
    const { server, model } = start();
    server.reply({ status });
    expect((await failureFrom(model)).error).toMatchObject({ code: "model_unavailable", retryable: true });
  });

  test.each([301, 400, 404, 422])(
    "%i is permanent, and users do not read what an operator has to do",
    async (status) => {
      const { server, model } = start();
      server.reply({ status, headers: { location: "/elsewhere" } });
      const { error } = await failureFrom(model);
      expect(error).toMatchObject({ code: "model_unavailable", retryable: false, isRecoverable: false });
      expect(error.message).not.toMatch(OPERATOR_ADVICE);
      if ([301, 404].includes(status)) expect(error.remedy).toContain("base URL");
      expect(server.received).toHaveLength(1);
    },
  );

  test.each([401, 403])("%i names the key's variable only in the remedy, and the key nowhere", async (status) => {
    const { server, model } = start();
    server.reply({ status, body: JSON.stringify({ error: { message: `bad key ${KEY}`, type: "x" } }) });
    const { error } = await failureFrom(model);
    expect(error).toMatchObject({ code: "model_unavailable", retryable: false, isRecoverable: false });
    expect(error.remedy).toContain(keyVariable);
    expect(error.message).not.toMatch(OPERATOR_ADVICE);
    expect(`${error.message} ${error.remedy}`).not.toContain(KEY);
  });

  test("an address without a server is a retryable failure", async () => {
    const { error } = await failureFrom(open("http://127.0.0.1:9"));
    expect(error).toMatchObject({ code: "model_unavailable", retryable: true });
  });

  test("a stream that ends before its finish fails as cut off", async () => {
    const { server, model } = start();
    server.reply({ frames: wire.encode({ text: ["half a"], finish: null }) });
    const { parts, error } = await failureFrom(model);
    expect(textOf(parts)).toBe("half a");
    expect(error).toMatchObject({ code: "model_unavailable", retryable: true });
  });

  test("a connection that breaks in the middle of an answer fails as cut off", async () => {
    const { server, model } = start();
    server.reply({ frames: wire.encode({ text: ["half a"], finish: null }), ending: "hang" });
    const { parts, error } = await failureFrom(model, QUESTION, () => server.drop());
    expect(textOf(parts)).toBe("half a");
    expect(error).toMatchObject({ code: "model_unavailable", retryable: true });
  });

  test.each(wire.endings)("the finish reason %p is %s", async (word, is) => {
    const { server, model } = start();
    server.reply(replyOf(wire, { ...HELLO, finish: { word } }));
    if (is === "stop" || is === "length") {
      expect((await partsFrom(model)).at(-1)).toMatchObject({ type: "finish", reason: is });
      return;
    }
    const { parts, error } = await failureFrom(model);
    expect(textOf(parts)).not.toBe("");
    expect(error).toMatchObject({ code: is, usage: { outputTokens: expect.any(Number) } });
  });

  test.each([
    ["nothing", {}],
    ["only blanks", { text: [" ", "\n"] }],
    ["only reasoning", { reasoning: ["hm"] }],
    ["only thoughts in tags", { text: ["<think>hm", "</think>", "\n"] }],
    ["reasoning up to the limit", { reasoning: ["hm"], finish: "length" }],
    ["the limit before any text", { finish: "length" }],
  ] as const)("an answer of %s fails with a message that says so, and is not retried", async (_, answer) => {
    const { server, model } = start();
    const usage = { inputTokens: 12, outputTokens: 5 };
    server.reply(replyOf(wire, { usage, finish: "stop", ...answer }));
    const { error } = await failureFrom(withRetry(model, { system: realSystem, logger: noModelLogger }));
    expect(error).toMatchObject({ code: "model_unavailable", usage });
    expect(error.message).toContain("finish" in answer ? "limit" : "without an answer");
    expect(server.received).toHaveLength(1);
  });

  test.each([
    ['{"error":{"code":"rate_limit_exceeded","message":"SECRET"}}', "model_rate_limited", false, true],
    ['{"error":{"code":429}}', "model_rate_limited", false, true],
    [
      '\n  {"object":"error","message":"SECRET","type":"invalid_request_error","code":400}',
      "model_unavailable",
      false,
      false,
    ],
    ['{"error":"SECRET"}', "model_unavailable", true, true],
    ['[{"error":{"code":503,"status":"UNAVAILABLE"}}]', "model_unavailable", true, true],
    ['{"detail":"SECRET"}', "model_unavailable", true, true],
    ["{", "model_unavailable", true, true],
  ])("the body %s inside a 200 is %s", async (body, code, retryable, isRecoverable) => {
    const { server, model } = start();
    server.reply({ status: 200, headers: { "content-type": "application/json" }, body });
    const { error } = await failureFrom(model);
    expect(error).toMatchObject({ code, retryable, isRecoverable });
    expect(Bun.inspect(error)).not.toContain("SECRET");
  });

  test("a refusal is reported as a refusal", async () => {
    const { server, model } = start();
    server.reply(replyOf(wire, { finish: "refusal" }));
    expect((await failureFrom(model)).error).toMatchObject({ code: "model_refused", retryable: false });
  });

  test.each(["data: {not json}\n\n", "data: 42\n\n", "data: null\n\n", 'data: {"choices":7,"type":7}\n\n'])(
    "an invalid stream (%j) is a failure",
    async (garbage) => {
      const { server, model } = start();
      server.reply({ frames: [garbage] });
      expect((await failureFrom(model)).error).toMatchObject({ code: "model_unavailable", retryable: true });
    },
  );

  test("an error inside the stream ends it, and its text is shown only to whoever asks for it", async () => {
    const { server, model } = start();
    const [...begun] = wire.encode({ text: ["half a"], finish: null });
    server.reply({ frames: [...begun, wire.encodeFailure("secret words of the provider")] });
    const { parts, error } = await failureFrom(model);
    expect(textOf(parts)).toBe("half a");
    expect(error).toMatchObject({ code: "model_unavailable", retryable: true });
    expect(Bun.inspect(error)).not.toContain("secret words");
    expect(providerWords(error)).toContain("secret words");
  });

  test.each(["file:///etc/passwd", "a.png", "", "data:image/png,raw", "data:image/png;base64"])(
    "the invalid picture %j is a permanent failure, and is not sent",
    async (image) => {
      const { server, model } = start();
      const messages = [{ role: "user", content: "무엇?", images: [image] }] as const;
      const { error } = await failureFrom(model, { ...QUESTION, messages });
      expect(error).toMatchObject({ code: "model_unavailable", retryable: false });
      expect(server.received).toEqual([]);
    },
  );

  test("a check passes when the provider answers, also without a list of models", async () => {
    await start().model.check({ signal: never });
    await start(() => new Response("no such path", { status: 404 })).model.check({ signal: never });
  });

  test("a check names the variable to correct", async () => {
    const { server, model } = start(() => Response.json({ error: `bad key ${KEY}` }, { status: 401 }));
    const error = await model.check({ signal: never }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ code: "model_unavailable", retryable: false });
    expect((error as ModelError).remedy).toContain(keyVariable);
    expect(`${(error as ModelError).message} ${(error as ModelError).remedy}`).not.toContain(KEY);
    expect(server.received).toEqual([]);
  });

  test("a check without a server fails, and one that is aborted ends with the reason", async () => {
    const nobody = open("http://127.0.0.1:9");
    await expect(nobody.check({ signal: never })).rejects.toBeInstanceOf(ModelError);
    const reason = new Error("too late");
    await expect(nobody.check({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
};
