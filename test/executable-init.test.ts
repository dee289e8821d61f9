import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Box, box } from "./support/executable.ts";
import { agentsOf, ask, textOf, writeAgents } from "./support/own-agents.ts";

/** Time for a build on a busy machine. */
const BUILD_MS = 240_000;
const SECONDS = 120_000;
const TSC = resolve(import.meta.dir, "../node_modules/typescript/bin/tsc");

let alone: Box;
beforeAll(async () => {
  alone = await box();
}, BUILD_MS);
afterAll(() => alone[Symbol.dispose]());
afterEach(() => rmSync(join(alone.path, "agents"), { recursive: true, force: true }));

/** Writes files of `agents/`. */
const write = (files: Readonly<Record<string, string>>): void => writeAgents(alone, files);

describe("yeoul init", () => {
  test(
    "writes examples that TypeScript accepts and the built-in model answers through",
    async () => {
      const written = await alone.run(["init"]);
      expect(written).toMatchObject({ code: 0, stderr: "" });
      for (const name of ["assistant.md", "count.ts", "triage.ts", "mcp.json", "tsconfig.json", "yeoul.d.ts"])
        expect(written.stdout).toContain(`wrote agents/${name}\n`);
      expect(written.stdout).toContain("Run `yeoul`");

      const check = Bun.spawnSync([process.execPath, TSC, "-p", "agents", "--skipLibCheck", "false"], {
        cwd: alone.path,
      });
      expect({ code: check.exitCode, output: String(check.stdout) }).toEqual({ code: 0, output: "" });

      expect((await alone.run(["check"])).stdout).toStartWith("configuration: ok\nagents: ok\nstore: ok\n");
      await using service = await alone.serve();
      expect((await agentsOf(service.url)).map(({ name, kind }) => [name, kind])).toEqual([
        ["assistant", "text"],
        ["count", "code"],
        ["triage", "code"],
      ]);
      for (const agent of ["assistant", "count", "triage"]) {
        const events = await ask(service.url, agent, "3x = 12");
        expect(textOf(events)).toContain("x = 4");
        expect(events.at(-1)?.type).toBe("done");
      }
      expect(textOf(await ask(service.url, "count", "3x = 12"))).toStartWith("Your message has 2 words.\n\n");
      expect(textOf(await ask(service.url, "triage", "The weather is fine."))).toBe("Noted.");
    },
    SECONDS,
  );

  test("the types tell mistakes from what is right", async () => {
    await alone.run(["init"]);
    write({
      "wrong.ts":
        'import { agent, tool, Type } from "yeoul";\n' +
        "tool({ name: 'a', description: 'b', input: Type.Object({ n: Type.Number() }), execute: ({ n }) => n.length });\n" +
        "agent({ async *run(context) {\n  yield context.inptu.message;\n} });\n",
    });
    const check = Bun.spawnSync([process.execPath, TSC, "-p", "agents"], { cwd: alone.path });
    expect(String(check.stdout)).toMatch(/^agents\/wrong\.ts\(2,\d+\): error TS2339: Property 'length'.*number/m);
    expect(String(check.stdout)).toMatch(/^agents\/wrong\.ts\(4,\d+\): error TS2551: Property 'inptu'/m);
  });

  test("overwrites nothing, and says what exists", async () => {
    write({ "count.ts": "mine" });
    const { code, stdout } = await alone.run(["init"]);
    expect(code).toBe(0);
    expect(stdout).toContain("left agents/count.ts as it is: it exists\n");
    expect(stdout).toContain("wrote agents/assistant.md\n");
    expect(readFileSync(join(alone.path, "agents/count.ts"), "utf8")).toBe("mine");
  });

  test("writes into another folder, and says when it cannot", async () => {
    const other = await alone.run(["init", "deep/bots"]);
    expect(other.stdout).toContain("wrote deep/bots/count.ts\n");
    expect(other.stdout).toContain("Run `AGENTS_DIR=deep/bots yeoul`");
    expect(existsSync(join(alone.path, "agents"))).toBe(false);
    expect(await alone.run(["init", "yeoul"])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^yeoul: cannot write yeoul\/\S+: a part of its path is a file/),
    });
    expect(await alone.run(["init", "a", "b"])).toMatchObject({ code: 2 });
  });
});
