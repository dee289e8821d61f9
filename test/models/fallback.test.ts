import { expect, test } from "bun:test";
import { ModelError } from "../../src/models/contract.ts";
import { withFallback } from "../../src/models/fallback.ts";
import { partsOf } from "../support/model-parts.ts";
import { noModelLogger } from "../support/no-model-logger.ts";
import { ANSWER, REQUEST, stubModel } from "../support/stub-model.ts";

const never = { signal: new AbortController().signal };
const down = new ModelError("model_unavailable", "Down.", { retryable: true });
const wrongKey = new ModelError("model_unavailable", "Wrong key.", { retryable: false });
const refused = new ModelError("model_refused", "No.", { retryable: false });

test("the first model that sends a part answers, and each step is a log line", async () => {
  const models = [
    stubModel("a", [{ error: down }]),
    stubModel("b", [{ error: wrongKey }]),
    stubModel("c", [{ parts: ANSWER }]),
    stubModel("d", [{ parts: ANSWER }]),
  ] as const;
  const steps: unknown[] = [];
  const model = withFallback(models, { ...noModelLogger, fallback: (info) => void steps.push(info) });
  expect(await partsOf(model, REQUEST, { ...never, runId: "r" })).toEqual([...ANSWER]);
  expect(steps).toEqual([
    { model: "a", runId: "r", next: "b", error: down },
    { model: "b", runId: "r", next: "c", error: wrongKey },
  ]);
  expect(models.map((one) => one.calls())).toEqual([1, 1, 1, 0]);
});

test("an answer's usage includes what the models before have cost, and so does the last failure", async () => {
  const paid = () =>
    Object.assign(new ModelError("model_unavailable", "No answer.", { retryable: false }), {
      usage: { inputTokens: 5, outputTokens: 7 },
    });
  const model = withFallback([stubModel("a", [{ error: paid() }]), stubModel("b", [{ parts: ANSWER }])], noModelLogger);
  expect((await partsOf(model, REQUEST, never)).at(-1)).toMatchObject({ usage: { inputTokens: 6, outputTokens: 8 } });
  const failing = withFallback(
    [stubModel("a", [{ error: paid() }]), stubModel("b", [{ error: paid() }])],
    noModelLogger,
  );
  await expect(partsOf(failing, REQUEST, never)).rejects.toMatchObject({
    usage: { inputTokens: 10, outputTokens: 14 },
  });
});

test("when all fail, the last failure is reported", async () => {
  const model = withFallback([stubModel("a", [{ error: down }]), stubModel("b", [{ error: wrongKey }])], noModelLogger);
  await expect(partsOf(model, REQUEST, never)).rejects.toBe(wrongKey);
});

test("a model that fails in the middle of an answer is not continued by another", async () => {
  const next = stubModel("b", [{ parts: ANSWER }]);
  const model = withFallback([stubModel("a", [{ parts: ANSWER.slice(0, 1), error: down }]), next], noModelLogger);
  await expect(partsOf(model, REQUEST, never)).rejects.toBe(down);
  expect(next.calls()).toBe(0);
});

test("a refusal is not sent to another model", async () => {
  const next = stubModel("b", [{ parts: ANSWER }]);
  const model = withFallback([stubModel("a", [{ error: refused }]), next], noModelLogger);
  await expect(partsOf(model, REQUEST, never)).rejects.toBe(refused);
  expect(next.calls()).toBe(0);
});

test("an abort is not sent to another model", async () => {
  const reason = new Error("cancelled");
  const next = stubModel("b", [{ parts: ANSWER }]);
  const model = withFallback([stubModel("a", [{ error: reason }]), next], noModelLogger);
  await expect(partsOf(model, REQUEST, never)).rejects.toBe(reason);
  expect(next.calls()).toBe(0);
});

test("its id lists the models in order", () => {
  expect(withFallback([stubModel("a", []), stubModel("b", [])], noModelLogger).id).toBe("a,b");
});

test("it is ready when one model is; otherwise it reports what the first one lacks", async () => {
  await withFallback([stubModel("a", [], wrongKey), stubModel("b", [])], noModelLogger).check(never);
  const none = withFallback([stubModel("a", [], wrongKey), stubModel("b", [], down)], noModelLogger);
  await expect(none.check(never)).rejects.toBe(wrongKey);
  const reason = new Error("too late");
  const aborted = withFallback([stubModel("a", [], wrongKey), stubModel("b", [], reason)], noModelLogger);
  await expect(aborted.check(never)).rejects.toBe(reason);
});
