import { expect, test } from "bun:test";
import type { ModelPart } from "../../src/models/contract.ts";
import { type Driver, never, partsFrom, QUESTION, type Start, textOf } from "./model-kit.ts";

/** Calls that are aborted before their end. */
export const modelAborts = ({ wire }: Driver, start: Start): void => {
  test("an abort in the middle of an answer ends the call with its reason and closes the connection", async () => {
    const { server, model } = start();
    server.reply({ frames: wire.encode({ text: ["a", "b"], finish: null }), ending: "hang" });
    const stop = new AbortController();
    const reason = new Error("the run was cancelled");
    const parts: ModelPart[] = [];
    const call = model.answer(QUESTION, { signal: stop.signal }, (part) => {
      parts.push(part);
      if (textOf(parts) === "ab") stop.abort(reason);
      return undefined;
    });
    await expect(call).rejects.toBe(reason);
    await server.received[0]?.left;
  });

  test("an abort before the first part does the same", async () => {
    const { server, model } = start();
    server.reply({ frames: [], after: new Promise(() => {}) });
    const stop = new AbortController();
    const reason = new Error("the run was cancelled");
    const arrival = server.arrival();
    const call = partsFrom(model, QUESTION, stop.signal);
    const { left } = await arrival;
    stop.abort(reason);
    await expect(call).rejects.toBe(reason);
    await left;
  });

  test("a signal that has already aborted makes no request", async () => {
    const { server, model } = start();
    const reason = new Error("the run was cancelled");
    await expect(partsFrom(model, QUESTION, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(server.received).toEqual([]);
  });

  test.each([
    [
      "throws",
      (why: Error): undefined => {
        throw why;
      },
    ],
    ["rejects", (why: Error) => Promise.reject(why)],
  ])("a callback that %s ends the call with its error and closes the connection", async (_, onPart) => {
    const { server, model } = start();
    server.reply({ frames: wire.encode({ text: ["a", "b"], finish: null }), ending: "hang" });
    const why = new Error("enough");
    let received = 0;
    const call = model.answer(QUESTION, { signal: never }, () => {
      received += 1;
      return onPart(why);
    });
    await expect(call).rejects.toBe(why);
    expect(received).toBe(1);
    await server.received[0]?.left;
  });

  test("an abort while the callback is behind ends the call when it is done, and pushes nothing more", async () => {
    const { server, model } = start();
    server.reply({ frames: wire.encode({ text: ["a", "b", "c"], finish: "stop" }) });
    const stop = new AbortController();
    const reason = new Error("the run was cancelled");
    let received = 0;
    const call = model.answer(QUESTION, { signal: stop.signal }, async () => {
      received += 1;
      await new Promise(setImmediate);
      stop.abort(reason);
    });
    await expect(call).rejects.toBe(reason);
    expect(received).toBe(1);
  });

  test("a callback that aborts its call and then throws affects no other call", async () => {
    const { server, model } = start();
    server.reply({ frames: wire.encode({ text: ["a"], finish: null }), ending: "hang" });
    const stop = new AbortController();
    const call = model.answer(QUESTION, { signal: stop.signal }, async () => {
      stop.abort(new Error("the run was cancelled"));
      throw new Error("the store is gone");
    });
    await expect(call).rejects.toBeInstanceOf(Error);
  });

  test("the model waits for a callback that is behind", async () => {
    const { server, model } = start();
    server.reply({ frames: wire.encode({ text: ["a", "b", "c"], finish: "stop" }) });
    const received: string[] = [];
    let waits = 0;
    await model.answer(QUESTION, { signal: never }, (part) => {
      expect(waits).toBe(0);
      if (part.type === "text") received.push(part.delta);
      waits += 1;
      return new Promise((resolve) =>
        setImmediate(() => {
          waits -= 1;
          resolve();
        }),
      );
    });
    expect(received.join("")).toBe("abc");
  });
};
