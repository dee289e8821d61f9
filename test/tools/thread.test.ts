import { expect, test } from "bun:test";
import { ToolError } from "../../src/tools/contract.ts";
import { ToolThread } from "../../src/tools/thread.ts";

const asker = (signal: AbortSignal, userId = "u") => ({ userId, signal });
const quiet = asker(new AbortController().signal);
const busy = { kind: "javascript", code: "const a = []; for (;;) a.push(a.length); " } as const;

test("requests that come at once are answered each with its own", async () => {
  const thread = new ToolThread();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => thread.run({ kind: "calculate", expression: `${n}^2` }, quiet)),
  );
  expect(answers.map(({ result }) => result)).toEqual(Array.from({ length: 20 }, (_, n) => String(n * n)));
});

test("a refusal inside the thread is a ToolError outside", async () => {
  const thread = new ToolThread();
  const refused = thread.run({ kind: "calculate", expression: "1/0" }, quiet);
  await expect(refused).rejects.toBeInstanceOf(ToolError);
  await expect(refused).rejects.toThrow("divides by zero");
});

test("an abort ends the thread's work at once, and the next request is served", async () => {
  const thread = new ToolThread();
  await thread.run({ kind: "calculate", expression: "1+1" }, quiet);
  const controller = new AbortController();
  const reason = new Error("enough");
  const running = thread.run(busy, asker(controller.signal));
  const waiting = thread.run({ kind: "calculate", expression: "2+2" }, quiet);
  const leaving = thread.run({ kind: "calculate", expression: "3+3" }, asker(controller.signal));
  queueMicrotask(() => controller.abort(reason));
  expect(await Promise.allSettled([running, leaving])).toEqual([
    { status: "rejected", reason },
    { status: "rejected", reason },
  ]);
  expect(await waiting).toEqual({ result: "4" });
});

test("work that does not end is ended after two seconds, while the event loop goes on", async () => {
  const thread = new ToolThread();
  let turns = 0;
  const beat = setInterval(() => turns++, 20);
  // No guard forbids it, and nerdamer works on it for far longer than anybody waits.
  const endless = thread.run({ kind: "calculate", expression: "partfrac(x/((x^12+x+1)*(x^11+3)))" }, quiet);
  await expect(endless).rejects.toThrow("longer than 2 s");
  clearInterval(beat);
  expect(turns).toBeGreaterThan(10);
  expect(await thread.run({ kind: "calculate", expression: "1+1" }, quiet)).toEqual({ result: "2" });
});

test("an idle thread does not keep the process alive", async () => {
  const module = new URL("../../src/tools/thread.ts", import.meta.url).href;
  const script = `import { ToolThread } from ${JSON.stringify(module)};
    const { result } = await new ToolThread().run({ kind: "calculate", expression: "6*7" }, { userId: "u", signal: new AbortController().signal });
    console.log(result);`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
  expect(await new Response(child.stdout).text()).toBe("42\n");
  expect(await child.exited).toBe(0);
});

test("somebody's endless loops do not make another's calculation wait, nor does waiting count as computing", async () => {
  const thread = new ToolThread(2);
  await Promise.all(
    ["u", "v"].map((userId) => thread.run({ kind: "calculate", expression: "1+1" }, asker(quiet.signal, userId))),
  );
  const ended: string[] = [];
  const loops = Array.from({ length: 3 }, () =>
    thread.run(busy, quiet).catch((error: Error) => {
      ended.push("loop");
      return error.name;
    }),
  );
  const other = thread.run({ kind: "calculate", expression: "12*(3+4)" }, asker(quiet.signal, "v"));
  expect(await other).toEqual({ result: "84" });
  expect(ended).toEqual([]);
  // The loops' own user waits for them, longer than a calculation may take, and is answered.
  const own = thread.run({ kind: "calculate", expression: "2+3" }, quiet);
  expect(await Promise.all(loops)).toEqual(Array(3).fill("ToolError"));
  expect(await own).toEqual({ result: "5" });
});
