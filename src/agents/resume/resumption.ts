import { payloadOf } from "../../domain/event.ts";
import type { Agent } from "../contract.ts";
import { type Earlier, progressOf, STEP } from "./earlier.ts";
import { Replay } from "./replay.ts";

/** Where another attempt at a run goes on. */
export interface Resumption<State> {
  /** As the last checkpoint left it. */
  readonly state: State;
  /** The node of the last checkpoint, whose end the log may lack. Null: no node had ended. */
  readonly ended: string | null;
  /** The node to run. Null: all had ended. */
  readonly next: string | null;
  /** What the steps of that node returned, by the name under which they are stored. */
  readonly storedSteps: ReadonlyMap<string, unknown>;
  readonly replay: Replay;
  /** The answer's text before that node. */
  readonly textBefore: string;
}

/**
 * Finds where a run goes on that earlier attempts have begun: after the last node that has a checkpoint. Pure. Throws an
 * Error when the agent has no such node any more.
 */
export const resumptionOf = <State>(
  agent: Agent<State>,
  input: Parameters<Agent<State>["begin"]>[0],
  earlier: Earlier,
): Resumption<State> => {
  let state = agent.begin(input);
  let next: string | null = agent.start;
  let last: Earlier["checkpoints"][number] | null = null;
  for (const checkpoint of earlier.checkpoints) {
    if (checkpoint.node.includes(STEP)) continue;
    const node = agent.nodes.find(({ name }) => name === checkpoint.node);
    if (node === undefined || node.name !== next)
      throw new Error(`agent ${agent.name} has changed since the run began`);
    state = { ...state, ...(checkpoint.change as Partial<State>) };
    next = node.next(state);
    last = checkpoint;
  }
  const since = last?.seq ?? 0;
  const isSince = ({ seq }: { readonly seq: number }): boolean => seq > since;
  const heldBefore = last?.progress?.held?.length ?? 0;
  const held = input.streamTokens ? null : (progressOf(earlier)?.held ?? "").slice(heldBefore);
  return {
    state,
    ended: last?.node ?? null,
    next,
    storedSteps: stepsOf(earlier, last, next),
    textBefore: input.streamTokens
      ? textOf(earlier.events.filter((event) => !isSince(event)))
      : (last?.progress?.held ?? ""),
    replay: new Replay(earlier.events.filter(isSince), roundsSince(earlier, last), { held, heldBefore }),
  };
};

/** A round has the seq of the event before it, which may be that of the checkpoint as well: then the node told nothing. */
const roundsSince = ({ rounds }: Earlier, last: Earlier["checkpoints"][number] | null): Earlier["rounds"] =>
  rounds.filter(({ seq }) => last === null || seq > last.seq);

const stepsOf = (
  { checkpoints }: Earlier,
  last: Earlier["checkpoints"][number] | null,
  node: string | null,
): ReadonlyMap<string, unknown> => {
  const since = last === null ? checkpoints : checkpoints.slice(checkpoints.indexOf(last) + 1);
  const prefix = `${node}${STEP}`;
  return new Map(
    since
      .filter(({ node }) => node.startsWith(prefix))
      .map(({ node, change }) => [node.slice(prefix.length), (change as { readonly result?: unknown }).result]),
  );
};

const textOf = (events: Earlier["events"]): string =>
  events.map((event) => (event.type === "token" ? payloadOf(event, "token").delta : "")).join("");
