import { expect, test } from "bun:test";
import { OneAtATime } from "../../src/store/one-at-a-time.ts";

test("calls of one key run in their order, one at a time, and those of another key do not wait", async () => {
  const calls = new OneAtATime();
  const log: string[] = [];
  const gates = new Map<string, () => void>();
  const call = (name: string) => () => {
    log.push(`begin ${name}`);
    return new Promise<string>((resolve) =>
      gates.set(name, () => {
        log.push(`end ${name}`);
        resolve(name);
      }),
    );
  };
  const first = calls.run("u", call("1"));
  const second = calls.run("u", call("2"));
  const other = calls.run("v", call("3"));
  expect(log).toEqual(["begin 1", "begin 3"]);
  gates.get("3")?.();
  gates.get("1")?.();
  expect(await first).toBe("1");
  expect(await other).toBe("3");
  await Promise.resolve();
  gates.get("2")?.();
  expect(await second).toBe("2");
  expect(log).toEqual(["begin 1", "begin 3", "end 3", "end 1", "begin 2", "end 2"]);
});

test("a call that fails lets the next one run, and only its own caller gets the error", async () => {
  const calls = new OneAtATime();
  const failed = calls.run("u", () => Promise.reject(new Error("no")));
  const next = calls.run("u", async () => "yes");
  await expect(failed).rejects.toThrow("no");
  expect(await next).toBe("yes");
});
