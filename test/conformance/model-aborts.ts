import { expect, test } from "bun:test";
import type { ModelPart } from "../../src/models/contract.ts";
import { type Driver, heardFrom, never, QUESTION, type Start, textOf } from "./model-kit.ts";

/** Calls that are not waited for to their end. */
export const modelAborts = ({ wire }: Driver, start: Start): void => {
  test("an abort in the middle ends the call with its reason, and the connection", async () => {
    const { server, model } = start();
    server.reply({ frames: wire.encode({ text: ["a", "b"], finish: null }), ending: "hang" });
    const stop = new AbortController();
    const reason = new Error("the run was cancelled");
    const parts: ModelPart[] = [];
    const call = (async () => {
      for await (const part of model.stream(QUESTION, { signal: stop.signal })) {
        parts.push(part);
        if (textOf(parts) === "ab") stop.abort(reason);
      }
    })();
    await expect(call).rejects.toBe(reason);
    await server.received[0]?.left;
  });

  test("an abort before the first word does too", async () => {
    const { server, model } = start();
    server.reply({ frames: [], after: new Promise(() => {}) });
    const stop = new AbortController();
    const reason = new Error("the run was cancelled");
    const arrival = server.arrival();
    const call = heardFrom(model, QUESTION, stop.signal);
    const { left } = await arrival;
    stop.abort(reason);
    await expect(call).rejects.toBe(reason);
    await left;
  });

  test("an abort that came first makes no call", async () => {
    const { server, model } = start();
    const reason = new Error("the run was cancelled");
    await expect(heardFrom(model, QUESTION, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(server.received).toEqual([]);
  });

  test("a reader that stops reading ends the connection", async () => {
    const { server, model } = start();
    server.reply({ frames: wire.encode({ text: ["a"], finish: null }), ending: "hang" });
    for await (const _ of model.stream(QUESTION, { signal: never })) break;
    await server.received[0]?.left;
  });
};
