import { expect, test } from "bun:test";
import { mathsWorkers } from "../../src/builtin/tools/maths-workers.ts";
import { ToolError } from "../../src/tools/contract.ts";
import { errorOf } from "../support/error-of.ts";

const owner = (signal: AbortSignal, userId = "u") => ({ userId, signal });
const quiet = owner(new AbortController().signal);
/** No guard forbids it, and nerdamer computes it for far longer than the timeout. */
const endless = { kind: "calculate", expression: "partfrac(x/((x^12+x+1)*(x^11+3)))" } as const;

test("concurrent requests each get their own answer", async () => {
  const workers = mathsWorkers();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => workers.run({ kind: "calculate", expression: `${n}^2` }, quiet)),
  );
  expect(answers.map(({ result }) => result)).toEqual(Array.from({ length: 20 }, (_, n) => String(n * n)));
});

test("a refusal in the worker is a ToolError for the caller", async () => {
  const workers = mathsWorkers();
  const refused = workers.run({ kind: "calculate", expression: "1/0" }, quiet);
  const error = await errorOf(refused);
  expect(error).toBeInstanceOf(ToolError);
  expect(error).toMatchObject({ message: expect.stringContaining("divides by zero") });
});

test("an abort ends the worker's computation at once, and the next request is served", async () => {
  const workers = mathsWorkers();
  await workers.run({ kind: "calculate", expression: "1+1" }, quiet);
  const controller = new AbortController();
  const reason = new Error("enough");
  const running = workers.run(endless, owner(controller.signal));
  const waiting = workers.run({ kind: "calculate", expression: "2+2" }, quiet);
  const leaving = workers.run({ kind: "calculate", expression: "3+3" }, owner(controller.signal));
  queueMicrotask(() => controller.abort(reason));
  expect(await Promise.allSettled([running, leaving])).toEqual([
    { status: "rejected", reason },
    { status: "rejected", reason },
  ]);
  expect(await waiting).toEqual({ result: "4" });
});

test("work that does not end is ended after two seconds, while the event loop goes on", async () => {
  const workers = mathsWorkers();
  let turns = 0;
  const beat = setInterval(() => turns++, 20);
  const error = await errorOf(workers.run(endless, quiet));
  expect(error).toMatchObject({ message: expect.stringContaining("longer than 2 s") });
  clearInterval(beat);
  expect(turns).toBeGreaterThan(10);
  expect(await workers.run({ kind: "calculate", expression: "1+1" }, quiet)).toEqual({ result: "2" });
});

test("an idle worker does not keep the process alive", async () => {
  const module = new URL("../../src/builtin/tools/maths-workers.ts", import.meta.url).href;
  const script = `import { mathsWorkers } from ${JSON.stringify(module)};
    const { result } = await mathsWorkers().run({ kind: "calculate", expression: "6*7" }, { userId: "u", signal: new AbortController().signal });
    console.log(result);`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
  expect(await new Response(child.stdout).text()).toBe("42\n");
  expect(await child.exited).toBe(0);
});

test("one user's endless loops do not delay another's calculation, and waiting does not count as computing", async () => {
  const workers = mathsWorkers(2);
  await Promise.all(
    ["u", "v"].map((userId) => workers.run({ kind: "calculate", expression: "1+1" }, owner(quiet.signal, userId))),
  );
  const ended: string[] = [];
  const loops = Array.from({ length: 3 }, () =>
    workers.run(endless, quiet).catch((error: Error) => {
      ended.push("loop");
      return error.name;
    }),
  );
  const other = workers.run({ kind: "calculate", expression: "12*(3+4)" }, owner(quiet.signal, "v"));
  expect(await other).toEqual({ result: "84" });
  expect(ended).toEqual([]);
  // The user of the loops waits for them longer than a calculation may take, and still gets an answer.
  const own = workers.run({ kind: "calculate", expression: "2+3" }, quiet);
  expect(await Promise.all(loops)).toEqual(Array(3).fill("ToolError"));
  expect(await own).toEqual({ result: "5" });
});
