import type { EventBody } from "../domain/event.ts";
import type { Agent, AgentContext, AgentNode, NodeContext } from "./contract.ts";
import { ConversationEnd } from "./conversation-end.ts";
import { emitYielded } from "./drive.ts";
import { STEP } from "./resume/earlier.ts";
import type { Resumption } from "./resume/resumption.ts";

/** No agent's graph is longer; a walk with more steps is in a loop. */
const MAX_STEPS = 64;

/** Receives the events and checkpoints of a walk. */
export interface WalkSink {
  /** A returned promise is awaited before the walk continues: back-pressure. */
  emit(body: EventBody, node: string): Promise<void> | undefined;
  /**
   * `change` is the part of the state that the node changed. A step of a node has a checkpoint of its own, with
   * `<node>/<step>` in place of the node and `{ result }` for the change.
   */
  checkpoint(node: string, change: unknown): void;
}

/**
 * Walks the graph from its start, or from where earlier attempts have come, to its end. Every node emits `in_progress`
 * before and `completed` after its work, with a checkpoint between its work and `completed`. Returns the agent's result.
 * Throws what a node throws, and the signal's reason once the signal has aborted.
 */
export const walk = async <State>(
  agent: Agent<State>,
  context: AgentContext,
  sink: WalkSink,
  resumption: Resumption<State> | null = null,
): Promise<unknown> => {
  let state = resumption?.state ?? agent.begin(context.input);
  let name: string | null = resumption === null ? agent.start : resumption.next;
  const watched = new WatchedSink(sink, resumption ?? NEW_NODE, resumption?.textBefore ?? "");
  if (resumption !== null && resumption.ended !== null) {
    await report(nodeNamed(agent, resumption.ended), "completed", context, watched);
  }
  for (let step = 0; name !== null; step++) {
    const node = nodeNamed(agent, name);
    if (step >= MAX_STEPS) throw new Error(`agent ${agent.name} took more than ${MAX_STEPS} steps`);
    await report(node, "in_progress", context, watched);
    const place = { agent: agent.name, node: node.name };
    const end = new ConversationEnd();
    const change = await runNode(node, state, nodeContext(context, place, watched, end)).finally(() => end.forget());
    state = { ...state, ...change };
    // Only the node that was interrupted had begun before.
    watched.earlier = NEW_NODE;
    sink.checkpoint(node.name, change);
    await report(node, "completed", context, watched);
    name = node.next(state);
  }
  return agent.result(state);
};

const nodeNamed = <State>(agent: Agent<State>, name: string): AgentNode<State> => {
  const node = agent.nodes.find((candidate) => candidate.name === name);
  if (node === undefined) throw new Error(`agent ${agent.name} has no node ${name}`);
  return node;
};

const report = <State>(
  node: AgentNode<State>,
  status: "in_progress" | "completed",
  context: AgentContext,
  sink: WatchedSink,
): Promise<void> | undefined => sink.emit(progress(node, status, context), node.name);

/** What a node had left in an earlier attempt. */
type EarlierNode = Pick<NodeContext, "storedSteps" | "replay">;
const NEW_NODE: EarlierNode = { storedSteps: new Map(), replay: null };

/** A sink that knows how the turn's text ends. */
class WatchedSink {
  #last: string;

  constructor(
    private readonly sink: WalkSink,
    /** Of the node that runs. What it had emitted is not passed on again. */
    public earlier: EarlierNode,
    textBefore: string,
  ) {
    this.#last = textBefore.slice(-1);
  }

  emit(event: EventBody, node: string): Promise<void> | undefined {
    if (event.type === "token" && event.payload.delta !== "") this.#last = event.payload.delta.slice(-1);
    const { replay } = this.earlier;
    const emitted = replay === null ? event : replay.take(event);
    return emitted === null ? undefined : this.sink.emit(emitted, node);
  }

  get needsParagraph(): boolean {
    return this.#last !== "" && !/\s/u.test(this.#last);
  }

  step(node: string, name: string, result: unknown): void {
    this.sink.checkpoint(`${node}${STEP}${name}`, { result });
  }
}

const nodeContext = (
  context: AgentContext,
  { agent, node }: Pick<NodeContext, "agent" | "node">,
  sink: WatchedSink,
  end: ConversationEnd,
): NodeContext => ({
  ...context,
  agent,
  node,
  storedSteps: sink.earlier.storedSteps,
  replay: sink.earlier.replay,
  emit: (event) => {
    end.save();
    const wait = sink.emit(event, node);
    if (context.signal.aborted) throw context.signal.reason;
    return wait;
  },
  needsParagraph: () => sink.needsParagraph,
  saveEnd: (round) => {
    if (!context.signal.aborted) end.set(() => context.saveRound(round));
  },
  storeStep: (name, result) => {
    end.save();
    sink.step(node, name, result);
  },
});

const runNode = async <State>(node: AgentNode<State>, state: State, context: NodeContext): Promise<Partial<State>> => {
  const { signal, emit } = context;
  const steps = node.run(context, state);
  try {
    let step = await steps.next();
    let wasStopped = false;
    while (step.done !== true) {
      // A node that goes on after it was stopped would never let the event loop have its turn.
      if (wasStopped) throw signal.reason;
      try {
        await emitYielded(step.value, emit);
      } catch (thrown) {
        wasStopped = signal.aborted;
        step = await steps.throw(thrown);
        continue;
      }
      step = await steps.next();
    }
    return step.value;
  } finally {
    // Lets a node that was interrupted close its model's connection.
    await steps.return({});
  }
};

const progress = <State>(
  node: AgentNode<State>,
  status: "in_progress" | "completed",
  context: AgentContext,
): EventBody => ({
  type: "solve_progress",
  payload: { node: node.name, stage: node.stage, status, message: node.message(context.locale) },
});
