/**
 * What agents of the operator's own cost, in minutes: `bun bench/agents.ts [rounds] [seconds] [streams]`. One Yeoul, run
 * from source, answers by `ask`, by an agent as text, by one as code and by one that runs elsewhere in turn; the figures
 * are CPU a token and ratios within each round. Then the time of a call of an MCP server's tool that does nothing.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realSystem } from "../src/domain/system.ts";
import { Citations } from "../src/tools/citations.ts";
import type { ToolCallContext } from "../src/tools/contract.ts";
import { McpServers } from "../src/tools/mcp/mcp-servers.ts";
import { endAll, startServer } from "./child.ts";
import { openDatabase } from "./database.ts";
import { quantile } from "./figures.ts";
import { put, type Shape, steadyShape, warmUp } from "./relaying.ts";
import { startTarget } from "./servers.ts";

const [rounds, seconds, streams] = [
  Number(process.argv[2] ?? 3),
  Number(process.argv[3] ?? 10),
  Number(process.argv[4] ?? 500),
];
const AGENTS = ["ask", "text", "code", "remote"] as const;

const TEXT = "---\ndescription: As text.\n---\nYou are a helpful, honest assistant.\n";
const CODE = `import { agent } from "yeoul";
export default agent({
  description: "As code.",
  async *run(context) {
    yield* context.converse({ system: "You are a helpful, honest assistant." });
  },
});
`;

const remote = (url: string): string => `---\nremote: {protocol: ag-ui, url: "${url}"}\n---\n`;

const median = (values: readonly number[]): number => quantile(values, 0.5);

const measureAgents = async (): Promise<void> => {
  const agentsDir = mkdtempSync(join(tmpdir(), "yeoul-bench-agents-"));
  writeFileSync(join(agentsDir, "text.md"), TEXT);
  writeFileSync(join(agentsDir, "code.ts"), CODE);
  const standIn = await startServer([process.execPath, "bench/stand-in.ts"]);
  writeFileSync(join(agentsDir, "remote.md"), remote(`${standIn.url}/ag-ui`));
  const database = await openDatabase(undefined);
  const around = { standIn: standIn.url, database: database.url, source: true, profile: false, agentsDir };
  try {
    const server = await startTarget("yeoul", around);
    await warmUp(server);
    const micros: Record<(typeof AGENTS)[number], number[]> = { ask: [], text: [], code: [], remote: [] };
    for (let round = 1; round <= rounds; round += 1) {
      for (const agent of AGENTS) {
        const shape: Shape = { ...steadyShape({ streams, rate: 20, seconds }), agent };
        const { window } = await put(server, null, shape);
        micros[agent].push((window.server * 1e6) / window.tokens);
      }
      console.log(AGENTS.map((agent) => `${agent} ${micros[agent].at(-1)?.toFixed(1)} µs`).join(", "));
    }
    for (const agent of ["text", "code", "remote"] as const) {
      const ratio = median(micros[agent].map((own, at) => own / (micros.ask[at] ?? Number.NaN)));
      console.log(`median of ${rounds} rounds, ${agent} against ask: ${ratio.toFixed(3)}`);
    }
  } finally {
    await endAll();
    await database.drop().catch(() => {});
    rmSync(agentsDir, { recursive: true, force: true });
  }
};

const CALLS = 500;

/** Of one call after another, from the agent's side to its answer; the server's own work is nothing. */
const measureMcp = async (): Promise<void> => {
  const ignore = () => {};
  const servers = new McpServers({
    serverReady: ignore,
    serverAway: ignore,
    serverPrinted: ignore,
    toolLeftOut: ignore,
    toolMissing: ignore,
  });
  const args = ["test/fixtures/mcp/stdio-server.ts"];
  const cwd = join(import.meta.dir, "..");
  servers.setServers([
    { kind: "stdio", name: "orders", command: process.execPath, args, env: {}, cwd, timeoutMs: 10_000 },
  ]);
  await servers.settled();
  const context: ToolCallContext = {
    userId: "u",
    signal: new AbortController().signal,
    system: realSystem,
    locale: "en",
    toolCallId: "c",
    idempotencyKey: "r:c",
    saveImage: async () => "",
    collections: null,
    citations: new Citations(),
  };
  const times: number[] = [];
  try {
    const tool = servers.tools().get("orders/echo");
    if (tool === undefined) throw new Error("the server has no tool echo");
    for (let made = 0; made < CALLS; made += 1) {
      const begun = performance.now();
      const { value } = await tool.call({ text: "hi" }, context).next();
      if (value !== "You said hi") throw new Error("the tool gave another answer");
      times.push(performance.now() - begun);
    }
  } finally {
    await servers.close();
  }
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)].map((ms) => ms.toFixed(2));
  console.log(`an MCP call, the server's own time included: p50 ${p50}, p99 ${p99} ms`);
};

await measureMcp();
await measureAgents().finally(endAll);
