import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { post } from "./support/executable.ts";
import { nativeEvents } from "./support/native-events.ts";
import { agentsBox, agentsOf, ask, textOf } from "./support/own-agents.ts";
import { readSse } from "./support/sse.ts";

const SECONDS = 120_000;
const TSC = resolve(import.meta.dir, "../node_modules/typescript/bin/tsc");

const own = agentsBox();

describe("yeoul init", () => {
  test(
    "writes examples that TypeScript accepts and the built-in model answers through",
    async () => {
      const written = await own.box.run(["init"]);
      expect(written).toMatchObject({ code: 0, stderr: "" });
      for (const name of ["assistant.md", "count.ts", "triage.ts", "mcp.json", "tsconfig.json", "yeoul.d.ts"])
        expect(written.stdout).toContain(`wrote agents/${name}\n`);
      expect(written.stdout).toContain("Run `yeoul`");

      const check = Bun.spawnSync([process.execPath, TSC, "-p", "agents", "--skipLibCheck", "false"], {
        cwd: own.box.path,
      });
      expect({ code: check.exitCode, output: String(check.stdout) }).toEqual({ code: 0, output: "" });

      expect((await own.box.run(["check"])).stdout).toStartWith("configuration: ok\nagents: ok\nstore: ok\n");
      await using service = await own.box.serve();
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
    await own.box.run(["init"]);
    own.write({
      "wrong.ts":
        'import { agent, tool, Type } from "yeoul";\n' +
        "tool({ name: 'a', description: 'b', input: Type.Object({ n: Type.Number() }), execute: ({ n }) => n.length });\n" +
        "agent({ async *run(context) {\n  yield context.inptu.message;\n} });\n",
    });
    const check = Bun.spawnSync([process.execPath, TSC, "-p", "agents"], { cwd: own.box.path });
    expect(String(check.stdout)).toMatch(/^agents\/wrong\.ts\(2,\d+\): error TS2339: Property 'length'.*number/m);
    expect(String(check.stdout)).toMatch(/^agents\/wrong\.ts\(4,\d+\): error TS2551: Property 'inptu'/m);
  });

  test(
    "the types hold an agent that asks a person, which the executable runs",
    async () => {
      await own.box.run(["init"]);
      own.write({
        "asks.ts":
          'import { type ApprovalAnswer, type ApprovalRequest, agent, Type } from "yeoul";\n' +
          'const request: ApprovalRequest = { name: "send", input: { to: "a" }, schema: Type.Object({ to: Type.String() }) };\n' +
          "const told = ({ approved, message }: ApprovalAnswer): string => (approved ? 'Sent.' : `Not sent: ${message ?? \"no reason\"}.`);\n" +
          "export default agent({ async *run(context) {\n  yield told(await context.approve(request));\n} });\n",
      });
      const typed = () => Bun.spawnSync([process.execPath, TSC, "-p", "agents"], { cwd: own.box.path });
      expect(String(typed().stdout)).toBe("");
      await using service = await own.box.serve();
      const asking = await post(`${service.url}/api/v1/runs`, {
        agent: "asks",
        input: { message: "go" },
        user_id: "u1",
      });
      const stream = readSse(asking);
      const { data } = await stream.until(({ event }) => event === "approval_requested");
      const { tool_call_id } = (JSON.parse(data) as { payload: { tool_call_id: string } }).payload;
      const address = `${service.url}/api/v1/runs/${asking.headers.get("x-run-id")}/approvals?userId=u1`;
      expect((await post(address, { tool_call_id, decision: "reject", message: "later" })).status).toBe(200);
      expect(textOf(nativeEvents(await stream.toEnd()))).toBe("Not sent: later.");

      own.write({
        "wrong.ts":
          'import { agent } from "yeoul";\nexport default agent({ async *run(context) {\n' +
          "  const answer = await context.approve({ name: 'send' });\n  yield answer.aproved;\n} });\n",
      });
      const output = String(typed().stdout);
      expect(output).toMatch(/^agents\/wrong\.ts\(3,\d+\): error TS2741: Property 'input' is missing/m);
      expect(output).toMatch(/^agents\/wrong\.ts\(4,\d+\): error TS2551: Property 'aproved'.*'ApprovalAnswer'/m);
    },
    SECONDS,
  );

  test("overwrites nothing, and says what exists", async () => {
    own.write({ "count.ts": "mine" });
    const { code, stdout } = await own.box.run(["init"]);
    expect(code).toBe(0);
    expect(stdout).toContain("left agents/count.ts as it is: it exists\n");
    expect(stdout).toContain("wrote agents/assistant.md\n");
    expect(readFileSync(join(own.box.path, "agents/count.ts"), "utf8")).toBe("mine");
  });

  test("writes into another folder, and says when it cannot", async () => {
    const other = await own.box.run(["init", "deep/bots"]);
    expect(other.stdout).toContain("wrote deep/bots/count.ts\n");
    expect(other.stdout).toContain("Run `AGENTS_DIR=deep/bots yeoul`");
    expect(existsSync(join(own.box.path, "agents"))).toBe(false);
    expect(await own.box.run(["init", "yeoul"])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^yeoul: cannot write yeoul\/\S+: a part of its path is a file/),
    });
    expect(await own.box.run(["init", "a", "b"])).toMatchObject({ code: 2 });
  });
});
