import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const script = join(import.meta.dir, "../../.ci/failures.awk");

/** Both output streams in the order of writing, as in a log. */
const printedBy = async (command: string, cwd: string): Promise<string> => {
  const env = { ...process.env, CI: "true", NO_COLOR: "1" };
  const child = Bun.spawn(["sh", "-c", `exec ${command} 2>&1`], { cwd, env, stdout: "pipe" });
  return await child.stdout.text();
};

/** The script's output for real runs of `bun test` over these files, each truncated at `cut`. */
const failuresOf = async (
  runs: readonly Readonly<Record<string, string>>[],
  cut: (printed: string) => string = (printed) => printed,
): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "failures-"));
  try {
    for (const [at, files] of runs.entries()) {
      const tests = join(folder, `run-${at}`);
      for (const [name, source] of Object.entries(files)) await Bun.write(join(tests, `${name}.test.ts`), source);
      await Bun.write(join(folder, `report-${at}`), cut(await printedBy(`"${process.execPath}" test`, tests)));
    }
    return await printedBy(`awk -f "${script}" report-*`, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const imports = `import { expect, test } from "bun:test";`;
const lines = (text: string): readonly string[] => text.trimEnd().split("\n");

test("a failed test is named at the end, after its own output and none of other tests", async () => {
  const mixed = `${imports}
    test("first", () => console.log("of the", "first"));
    test("second", () => { console.log("of the", "second"); process.stdout.write("no line end"); expect(1).toBe(2); });
    test.skip("third", () => {});
    test("fourth", async () => { await new Promise(() => {}); }, 20);`;
  const many = `${imports} for (let n = 0; n < 40; n++) test("passes " + n, () => {});`;
  const output = await failuresOf([
    { mixed, many },
    { older: `${imports} test("again", () => expect("x").toBe("y"));` },
  ]);
  expect(output).toContain("-- mixed.test.ts: second [");
  expect(output).toContain("of the second\n");
  expect(output).toContain("Expected: 2\nReceived: 1\n");
  expect(output).not.toContain("of the first");
  expect(output).toContain("^ this test timed out after 20ms.");
  expect(lines(output).slice(-3)).toEqual([
    expect.stringMatching(/^\(fail\) mixed\.test\.ts: second \[[\d.]+ms\]$/),
    expect.stringMatching(/^\(fail\) mixed\.test\.ts: fourth \[[\d.]+ms\]$/),
    expect.stringMatching(/^\(fail\) older\.test\.ts: again \[[\d.]+ms\]$/),
  ]);
});

test("of a test with much output the last 60 lines are shown", async () => {
  const chatty = `${imports} test("chatty", () => { for (let n = 1; n <= 500; n++) console.log("line " + n); throw 1; });`;
  const output = lines(await failuresOf([{ chatty }]));
  expect(output).toHaveLength(3 + 60 + 2);
  expect(output).toContain("line 500");
  expect(output).not.toContain("line 400");
});

test("an error outside of tests is shown, with the file that did not finish", async () => {
  const broken = `import "./missing.ts";`;
  const crashed = `${imports} test("crashes", () => { console.log("before it crashed"); process.kill(process.pid, "SIGKILL"); });`;
  const output = await failuresOf([{ broken }, { crashed }]);
  expect(output).toContain("Cannot find module './missing.ts'");
  expect(output).toContain("before it crashed");
  expect(lines(output).slice(-2)).toEqual([
    "(fail) broken.test.ts: an error between tests",
    "(fail) crashed.test.ts: the run did not come to its end",
  ]);
});

test("for runs without a failure nothing is shown", async () => {
  const passing = `${imports} test("passes", () => console.log("(fail) of nothing")); test.todo("later");`;
  expect(await failuresOf([{ passing }])).not.toContain("passes");
  expect(await failuresOf([{ passing: `${imports} test("passes", () => {});` }])).toBe("");
});
