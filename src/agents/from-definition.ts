import { parseDuration } from "../domain/duration.ts";
import { titleOf } from "../domain/title.ts";
import type { Context } from "./context.ts";
import { type Agent, type AgentKind, type AgentNode, type NodeContext, PLAIN_AGENT, type Yielded } from "./contract.ts";
import type { AgentDefinition, GraphDefinition, NodeDefinition, RunDefinition } from "./definition.ts";
import { fieldsMistaken } from "./definition-mistakes.ts";
import { AgentMistake, jsonValue, kindOf } from "./mistake.ts";
import { NodeScope, type ScopeParts } from "./node-scope.ts";
import type { AgentParts } from "./parts.ts";
import { ownProperties, ScopedContext } from "./scoped-context.ts";
import { passOn, YieldCheck } from "./yielded.ts";

/** The state of any agent that is defined outside: JSON that only the agent reads. */
type State = Readonly<Record<string, unknown>>;

/** The one node of an agent that is a function, and where its state keeps the run's result. */
const RUN = "run";

/**
 * Returns the agent that a definition describes. What an agent of kind `code` yields and returns is checked. Throws an
 * Error that names the field for a definition that contradicts itself.
 */
export const agentFrom = (
  name: string,
  kind: AgentKind,
  definition: AgentDefinition,
  parts: AgentParts,
): Agent<State> => {
  const [mistake] = fieldsMistaken(definition);
  if (mistake !== undefined) throw new Error(`${mistake.field} ${mistake.message}`);
  const {
    description = "",
    tools = [],
    approve = [],
    model,
    settings = {},
    timeout,
    collections = null,
    historyTokens,
  } = definition;
  const scoped = new ScopedNodes({ ...parts, collections, isCode: kind === "code" });
  return {
    ...PLAIN_AGENT,
    name,
    kind,
    description,
    model: model === undefined ? null : [model].flat().join(","),
    settings,
    toolNames: tools.filter((tool) => typeof tool === "string"),
    ownTools: tools.filter((tool) => typeof tool !== "string"),
    approve,
    collections,
    timeoutMs: timeout === undefined ? null : parseDuration(timeout),
    historyTokens: historyTokens ?? null,
    title: (input) => definition.title?.(input) ?? titleOf(input),
    ...("run" in definition ? single(definition, scoped) : graph(definition, scoped)),
  };
};

type Graph = Pick<Agent<State>, "begin" | "start" | "nodes" | "result">;

const single = (definition: RunDefinition, scoped: ScopedNodes): Graph => ({
  begin: () => ({}),
  start: RUN,
  nodes: [
    {
      name: RUN,
      stage: RUN,
      message: () => RUN,
      run: (engine) =>
        scoped.run(
          engine,
          (context) => definition.run(context),
          (result) => (result === undefined ? {} : { result }),
        ),
      next: () => null,
    },
  ],
  result: (state) => state.result,
});

const graph = (definition: GraphDefinition<Record<string, unknown>>, scoped: ScopedNodes): Graph => {
  const names = Object.keys(definition.nodes);
  return {
    begin: (input) => definition.begin?.(input) ?? {},
    start: definition.start,
    nodes: Object.entries(definition.nodes).map(([name, node], at) =>
      nodeFrom(name, node, names[at + 1] ?? null, scoped),
    ),
    result: (state) => definition.result?.(state),
  };
};

const nodeFrom = (
  name: string,
  node: NodeDefinition<Record<string, unknown>>,
  following: string | null,
  scoped: ScopedNodes,
): AgentNode<State> => ({
  name,
  stage: node.stage ?? name,
  message: (locale) => node.message?.(locale) ?? name,
  run: (engine, state) =>
    scoped.run(
      engine,
      (context) => node.run(context, state),
      (returned) => {
        const change = returned ?? {};
        if (typeof change === "object" && !Array.isArray(change)) return change as State;
        throw new AgentMistake(`agent ${engine.agent}, node ${name} returned ${kindOf(change)}, not a change of state`);
      },
    ),
  next: (state) => (node.next === undefined ? following : node.next(state)),
});

type Run = (context: Context) => AsyncGenerator<Yielded, unknown, void>;
/** Returns the change of state that a node's return value stands for. */
type ChangeOf = (returned: unknown) => State;
type Steps = AsyncGenerator<Yielded, State, void>;

/** Runs nodes of an agent, each in a scope of its own. */
class ScopedNodes {
  constructor(private readonly parts: ScopeParts) {}

  run(engine: NodeContext, run: Run, changeOf: ChangeOf): Steps {
    const scope = new NodeScope(engine, this.parts);
    return this.parts.isCode ? this.#checked(scope, run, changeOf) : this.#trusted(scope, run, changeOf);
  }

  async *#trusted(scope: NodeScope, run: Run, changeOf: ChangeOf): Steps {
    try {
      return changeOf(yield* run(new ScopedContext(scope)));
    } finally {
      scope.end();
    }
  }

  /** What the node yields is checked, and what it returns is `undefined` or JSON. */
  async *#checked(scope: NodeScope, run: Run, changeOf: ChangeOf): Steps {
    const { watch } = this.parts;
    const { place } = scope;
    const where = `agent ${place.agent}, node ${place.node}`;
    const resume = <R>(call: () => R): R => watch.measure(place, call);
    const leave = watch.begin(place, scope.signal);
    try {
      const context = ownProperties(new ScopedContext(scope));
      const generator: unknown = resume(() => run(context));
      if (!isGenerator(generator)) {
        throw new AgentMistake(`${where}: run returned ${kindOf(generator)}; write it as async *run(context) { … }`);
      }
      const returned = yield* passOn(generator, new YieldCheck(where, scope.budget), resume);
      return changeOf(returned === undefined ? undefined : jsonValue(returned, `${where}: what it returned`));
    } finally {
      leave();
      scope.end();
    }
  }
}

const isGenerator = (value: unknown): value is AsyncGenerator<Yielded, unknown, void> =>
  typeof value === "object" && value !== null && ["next", "throw", "return"].every((name) => name in value);
