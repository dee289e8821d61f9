import { parseDuration } from "../domain/duration.ts";
import type { EventBody } from "../domain/event.ts";
import { titleOf } from "../domain/title.ts";
import {
  type Agent,
  type AgentContext,
  type AgentKind,
  type AgentNode,
  PLAIN_AGENT,
  type Producer,
} from "./contract.ts";
import type { AgentDefinition, GraphDefinition, NodeDefinition, RunDefinition, Yielded } from "./definition.ts";

/** The state of any agent that is defined outside: JSON, and its own affair. */
type State = Readonly<Record<string, unknown>>;

/** The one node of an agent that is a function, and where its state keeps the run's result. */
const RUN = "run";

/** Returns the agent that a definition describes. Throws an Error that names the field for one that contradicts itself. */
export const agentFrom = (name: string, kind: AgentKind, definition: AgentDefinition): Agent<State> => {
  const { description = "", tools = [], model, settings = {}, timeout } = definition;
  const timeoutMs = timeout === undefined ? null : parseDuration(timeout);
  if (timeout !== undefined && timeoutMs === null) throw new Error("timeout must be a duration such as 30s or 5m.");
  return {
    ...PLAIN_AGENT,
    name,
    kind,
    description,
    model: model === undefined ? null : [model].flat().join(","),
    settings,
    toolNames: tools.filter((tool) => typeof tool === "string"),
    ownTools: tools.filter((tool) => typeof tool !== "string"),
    timeoutMs,
    title: (input) => definition.title?.(input) ?? titleOf(input),
    ...("run" in definition ? single(definition) : graph(definition)),
  };
};

type Graph = Pick<Agent<State>, "begin" | "start" | "nodes" | "result">;

const single = (definition: RunDefinition): Graph => ({
  begin: () => ({}),
  start: RUN,
  nodes: [
    {
      name: RUN,
      stage: RUN,
      message: () => RUN,
      async *run(_state, context) {
        const result = yield* flat(definition.run(context));
        return result === undefined ? {} : { result };
      },
      next: () => null,
    },
  ],
  result: (state) => state.result,
});

const graph = (definition: GraphDefinition<Record<string, unknown>>): Graph => {
  const names = Object.keys(definition.nodes);
  if (!names.includes(definition.start)) throw new Error(`start must name one of the nodes: ${names.join(", ")}.`);
  return {
    begin: (input) => definition.begin?.(input) ?? {},
    start: definition.start,
    nodes: Object.entries(definition.nodes).map(([name, node], at) => nodeFrom(name, node, names[at + 1] ?? null)),
    result: (state) => definition.result?.(state),
  };
};

const nodeFrom = (
  name: string,
  node: NodeDefinition<Record<string, unknown>>,
  following: string | null,
): AgentNode<State> => ({
  name,
  stage: node.stage ?? name,
  message: (locale) => node.message?.(locale) ?? name,
  async *run(state, context: AgentContext) {
    return (yield* flat(node.run(context, state))) ?? {};
  },
  next: (state) => (node.next === undefined ? following : node.next(state)),
});

/** Passes on what a definition's generator yields, in the form that the walk takes. */
async function* flat<T>(yielded: AsyncGenerator<Yielded, T, void>): AsyncGenerator<EventBody | Producer, T, void> {
  try {
    let step = await yielded.next();
    while (step.done !== true) {
      try {
        yield* steps(step.value);
      } catch (thrown) {
        step = await yielded.throw(thrown);
        continue;
      }
      step = await yielded.next();
    }
    return step.value;
  } finally {
    await yielded.return(undefined as T);
  }
}

async function* steps(value: Yielded): AsyncGenerator<EventBody | Producer, void, void> {
  if (typeof value === "string") yield { type: "token", payload: { delta: value } };
  else if (typeof value === "object" && Symbol.asyncIterator in value) yield* value;
  else yield value;
}
