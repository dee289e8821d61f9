import type { AnyAgent } from "./agents/contract.ts";
import { AgentDirectory } from "./agents/directory.ts";
import { AgentFiles, type DefinedAgent, type LoadedAgents } from "./agents/files/agent-files.ts";
import { type AgentFilesLogger, Reload } from "./agents/files/reload.ts";
import { agentFrom } from "./agents/from-definition.ts";
import type { AgentParts } from "./agents/parts.ts";
import type { Config } from "./config/read-config.ts";
import type { Variables } from "./domain/substitute.ts";
import type { System } from "./domain/system.ts";
import type { Models } from "./models/choice.ts";
import { SERVICE_NAMES } from "./services/index.ts";

/** The operator's own agents, as the files of `AGENTS_DIR` define them. */
export interface OwnAgents {
  /** Reads all files as they are now. Reports every mistake. Never throws. Two calls must not overlap. */
  load(): Promise<LoadedAgents>;
}

/** The same, with what the first reading found. */
export interface ReadAgents extends OwnAgents {
  readonly loaded: LoadedAgents;
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
  const files = new AgentFiles({ dir: config.agentsDir, variables, builtIn: SERVICE_NAMES, system, remote: null });
  return {
    load: async () => {
      const loaded = await files.load({ providers: config.providers, tools: { names: toolNames, servers: [] } });
      onSecrets(loaded.secrets);
      return loaded;
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
}

interface Offered {
  readonly agents: AgentDirectory;
  /** Reads the operator's own agents again, and puts them in place of the earlier ones unless they have mistakes. */
  reload(): Promise<void>;
}

/** Makes the agents that requests may choose. Throws an Error when two have one name, or a model cannot be opened. */
export const offerAgents = ({ builtIn, own, agentParts, models, logger }: OfferedParts): Offered => {
  const agents = new AgentDirectory([]);
  const use = (defined: readonly DefinedAgent[]): void => {
    const opened = defined.map(({ name, kind, definition }) => agentFrom(name, kind, definition, agentParts));
    const all = [...builtIn, ...opened];
    models.setAgentModels(all.flatMap(({ model }) => model ?? []));
    agents.replace(all);
  };
  use(own?.loaded.agents ?? []);
  if (own === null) return { agents, reload: async () => {} };
  const reload = new Reload({ load: () => own.load(), use, logger });
  return { agents, reload: () => reload.request() };
};
