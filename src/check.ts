import type { DefinedAgent } from "./agents/files/agent-files.ts";
import { openEmbedding, openModels } from "./app.ts";
import type { Config } from "./config/read-config.ts";
import { mistakeText } from "./domain/file-mistake.ts";
import { realSystem } from "./domain/system.ts";
import type { ServiceLogger } from "./logger.ts";
import type { ModelLogger } from "./models/logger.ts";
import { type ModelSpec, parseModelSpecs, specText } from "./models/spec.ts";
import { tryModel } from "./models/trial.ts";
import { openStore } from "./open-store.ts";
import type { LoadedFolder } from "./own-agents.ts";

/**
 * Tries the configuration, the agents, the store and the models, and prints a line for each. Returns how many have
 * failed, agents with mistakes not counted.
 */
export const check = async (
  config: Config,
  { agents, servers, mistakes, remarks }: LoadedFolder,
  log: ServiceLogger,
  print: (line: string) => void,
): Promise<number> => {
  const soon = () => AbortSignal.timeout(config.runTimeoutMs);
  const embedding = await openEmbedding(config, realSystem, log);
  const modelTries: Record<string, () => Promise<string>> = {};
  // Each model by itself: as a fallback chain they would pass as soon as one answers, and a fallback is needed when the
  // others do not.
  const specs = modelsOf(config, agents);
  for (const spec of specs) {
    const lacks: Lack[] = [];
    const others: Lack[] = [];
    const models: ModelLogger = {
      ...log.models,
      lacking: (lack) => void lacks.push(lack),
      leftOut: (lack) => void others.push(lack),
    };
    const { standard: model } = await openModels({ ...config, models: [spec] }, realSystem, { ...log, models });
    modelTries[specs.length === 1 ? "model" : `model ${model.id}`] = async () => {
      await tryModel(model, soon());
      return verdictWith(lacks, others);
    };
  }
  // That a server is ready is what its line says.
  const mcp = { ...log.mcp, serverReady: () => {} };
  const tries: Record<string, () => Promise<unknown>> = {
    store: async () => {
      const store = await openStore(config, realSystem);
      await store
        .check()
        .then(() => store.rehearse())
        .finally(() => store.close());
    },
    ...(await identityTries(config)),
    ...modelTries,
    // Their module is large, and most services have none.
    ...(servers.length > 0 &&
      (await (await import("./tools/mcp/check-servers.ts")).checkServers(servers, patternsOf(agents), mcp))),
    embeddings: async () => void (await embedding.embed(["yeoul"], "query", soon())),
  };
  print("configuration: ok");
  for (const mistake of [...mistakes, ...remarks]) print(`agents: ${mistakeText(mistake)}`);
  if (mistakes.length === 0 && agents.length > 0) print("agents: ok");
  let failed = 0;
  for (const [name, attempt] of Object.entries(tries)) {
    const verdict = await attempt().then(
      (result) => (typeof result === "string" ? result : "ok"),
      (error: unknown) => {
        failed++;
        return error instanceof Error ? wordsOf(error) : "failed";
      },
    );
    print(`${name}: ${verdict}`);
  }
  return failed;
};

type Lack = Parameters<ModelLogger["lacking"]>[0];

/**
 * Says what a model's server has refused, what becomes of it, and the remedy for what agents would miss. `others` were
 * left out of the call as well, because the server did not say what it refuses.
 */
const verdictWith = (lacks: readonly Lack[], others: readonly Lack[]): string => {
  if (lacks.length === 0) return "ok";
  const each = lacks.map(({ feature, without }) => `${feature} (${without})`);
  const guessed = others.map(({ feature }) => feature).join(", ");
  const unnamed = guessed === "" ? "" : ` It gave no reason, and may refuse ${guessed} as well.`;
  const remedy = lacks.some(({ feature }) => feature === "tools") ? ` ${TOOLS_REMEDY}` : "";
  return `ok, but it refuses ${each.join(", ")}.${unnamed}${remedy}`;
};

const TOOLS_REMEDY =
  "Choose a model that can call tools, or let its server offer them (vLLM: --enable-auto-tool-choice with --tool-call-parser; llama.cpp: --jinja).";

/** The models of the configuration and of agents, each once. A text of an agent's that names none is a mistake already. */
const modelsOf = ({ models }: Config, agents: readonly DefinedAgent[]): readonly ModelSpec[] => {
  const named = agents.flatMap(({ definition }) =>
    [definition.model ?? []].flat().flatMap((text) => parseModelSpecs(text) ?? []),
  );
  return [...new Map([...models, ...named].map((spec) => [specText(spec), spec])).values()];
};

/**
 * Returns the message, with its direct cause when that adds something, and the remedy of an error that has one. It holds
 * no key: see `ProviderError`.
 */
const wordsOf = (error: Error): string => {
  const { message, cause } = error;
  const words = cause instanceof Error && !message.includes(cause.message) ? `${message} (${cause.message})` : message;
  return "remedy" in error && typeof error.remedy === "string" ? `${words} ${error.remedy}` : words;
};

/** The names and globs by which agents select tools. */
const patternsOf = (agents: readonly DefinedAgent[]): readonly string[] =>
  agents.flatMap(({ definition }) => (definition.tools ?? []).filter((tool) => typeof tool === "string"));

/** There is nothing to try unless keys are fetched. */
const identityTries = async ({ identity }: Config): Promise<Record<string, () => Promise<void>>> => {
  const url = identity.userTokens?.jwksUrl ?? null;
  if (url === null) return {};
  const { KeySet } = await import("./http/identity/key-set.ts");
  return { identity: () => new KeySet(url, realSystem, () => {}).check() };
};
