import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AgentFiles, type AgentFilesParts, type LoadedAgents } from "../../src/agents/files/agent-files.ts";
import { mistakeText } from "../../src/domain/file-mistake.ts";
import { realSystem } from "../../src/domain/system.ts";

/** A folder of agents that `using` removes. */
export interface AgentFolder extends Disposable {
  readonly dir: string;
  /** Writes a file, and the folders on the way to it. */
  write(path: string, content: string | Uint8Array): void;
  remove(path: string): void;
}

export const agentFolder = (files: Readonly<Record<string, string | Uint8Array>> = {}): AgentFolder => {
  const dir = mkdtempSync(join(tmpdir(), "yeoul-agents-"));
  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  };
  for (const [path, content] of Object.entries(files)) write(path, content);
  return {
    dir,
    write,
    remove: (path) => rmSync(join(dir, path), { recursive: true }),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
};

export const filesOf = ({ dir }: AgentFolder, parts: Partial<AgentFilesParts> = {}): AgentFiles =>
  new AgentFiles({ dir, variables: {}, builtIn: ["ask", "solve"], system: realSystem, remote: null, ...parts });

/** Reads a folder's agents, beside a built-in `ask`, two tools and an MCP server `orders`. */
export const load = (files: AgentFiles): Promise<LoadedAgents> =>
  files.load({
    providers: { compatible: { baseUrl: "http://127.0.0.1:1/v1" } },
    tools: { names: ["calculate", "plot_function"], servers: ["orders"] },
  });

/** The mistakes of a reading as they are shown, with the folder's path removed. */
export const mistakesIn = ({ mistakes }: LoadedAgents, { dir }: AgentFolder): readonly string[] =>
  mistakes.map((mistake) => mistakeText(mistake).replaceAll(`${dir}/`, ""));
