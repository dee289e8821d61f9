import type { AnyAgent } from "./agents/contract.ts";
import { AgentDirectory } from "./agents/directory.ts";
import { AgentFiles, type LoadedAgents } from "./agents/files/agent-files.ts";
import { type AgentFilesLogger, Reload } from "./agents/files/reload.ts";
import { agentFrom } from "./agents/from-definition.ts";
import type { AgentParts } from "./agents/parts.ts";
import { remoteAgent } from "./agents/remote/remote-agent.ts";
import type { Config } from "./config/read-config.ts";
import { inReadingOrder } from "./domain/file-mistake.ts";
import type { Variables } from "./domain/substitute.ts";
import type { System } from "./domain/system.ts";
import type { Models } from "./models/choice.ts";
import { SERVICE_NAMES } from "./services/index.ts";
import { mcpFileIn } from "./tools/mcp/mcp-file.ts";
import type { McpServers } from "./tools/mcp/mcp-servers.ts";
import type { McpServerConfig } from "./tools/mcp/server-config.ts";
import { postBySockets } from "./upstream/client.ts";
import { postByFetch } from "./upstream/fetched.ts";

/** What `AGENTS_DIR` holds: agents, and the servers of their tools. */
export interface LoadedFolder extends LoadedAgents {
  readonly servers: readonly McpServerConfig[];
}

/** The operator's own agents, as the files of `AGENTS_DIR` define them. */
export interface OwnAgents {
  /** Reads all files as they are now. Reports every mistake. Never throws. Two calls must not overlap. */
  load(): Promise<LoadedFolder>;
}

/** The same, with what the first reading found. */
export interface ReadAgents extends OwnAgents {
  readonly loaded: LoadedFolder;
}

interface OwnAgentsParts {
  readonly config: Config;
  /** The environment that files refer to. */
  readonly variables: Variables;
  /** The names of the tools that the executable includes. */
  readonly toolNames: readonly string[];
  readonly system: System;
  /** Hears of values that no log line may hold, before anything uses them. */
  onSecrets(secrets: readonly string[]): void;
}

export const openOwnAgents = ({ config, variables, toolNames, system, onSecrets }: OwnAgentsParts): OwnAgents => {
  const post = config.isProxied ? postByFetch : postBySockets({ idleMs: 0 });
  const remote = remoteAgent({ post, system });
  const files = new AgentFiles({ dir: config.agentsDir, variables, builtIn: SERVICE_NAMES, system, remote });
  return {
    load: async () => {
      const mcp = await mcpFileIn(config.agentsDir, variables);
      const isUnread = mcp.mistakes.length > 0 && mcp.names.length === 0;
      const tools = { names: toolNames, servers: isUnread ? null : mcp.names };
      const loaded = await files.load({ providers: config.providers, tools });
      onSecrets([...loaded.secrets, ...mcp.secrets]);
      const mistakes = inReadingOrder([...loaded.mistakes, ...mcp.mistakes]);
      return { ...loaded, mistakes, servers: mcp.servers };
    },
  };
};

interface OfferedParts {
  /** The agents that the executable includes. */
  readonly builtIn: readonly AnyAgent[];
  /** Null: there are none. */
  readonly own: ReadAgents | null;
  readonly agentParts: AgentParts;
  readonly models: Pick<Models, "setAgentModels">;
  readonly logger: AgentFilesLogger;
  readonly mcp: Pick<McpServers, "setServers">;
}

interface Offered {
  readonly agents: AgentDirectory;
  /** Reads the operator's own agents again, and puts them in place of the earlier ones unless they have mistakes. */
  reload(): Promise<void>;
}

/** Makes the agents that requests may choose. Throws an Error when two have one name, or a model cannot be opened. */
export const offerAgents = ({ builtIn, own, agentParts, models, mcp, logger }: OfferedParts): Offered => {
  const agents = new AgentDirectory([]);
  const use = ({ agents: defined, servers }: Pick<LoadedFolder, "agents" | "servers">): void => {
    const opened = defined.map(({ name, kind, definition }) => agentFrom(name, kind, definition, agentParts));
    const all = [...builtIn, ...opened];
    models.setAgentModels(all.flatMap(({ model }) => model ?? []));
    agents.replace(all);
    mcp.setServers(
      servers,
      all.flatMap(({ toolNames }) => toolNames),
    );
  };
  use(own?.loaded ?? { agents: [], servers: [] });
  if (own === null) return { agents, reload: async () => {} };
  const reload = new Reload<LoadedFolder>({ load: () => own.load(), use, logger });
  return { agents, reload: () => reload.request() };
};
