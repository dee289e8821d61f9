import { converse } from "../../src/agents/converse.ts";
import { closedGate, type Gate } from "./gate.ts";
import { agentOf, type Harness, harness, sharedStore } from "./harness.ts";
import { type ScriptedModel, scriptedModel } from "./scripted-model.ts";
import { type Taps, tappedStore } from "./tapped-store.ts";

/** Calls the model at once, as `solve` does. */
export const callingAgent = agentOf(async function* (context) {
  yield { type: "node_result", payload: { node: "node", output: "asked" } };
  const messages = [{ role: "user", content: context.input.message, images: [] }] as const;
  const { text } = yield* converse({ system: "", messages, tools: [] }, context);
  return { text };
});

/** Everything that waits only for promises has happened by then. */
export const turnOfLoop = () => new Promise(setImmediate);

/** A service whose run rows wait at a gate. */
export interface Slow {
  readonly here: Harness;
  /** The log lines. */
  readonly lines: readonly string[];
  readonly model: ScriptedModel;
  readonly taps: Taps;
  readonly gate: Gate;
}

export const slow = async (): Promise<Slow> => {
  const { store, taps } = tappedStore(await sharedStore());
  const gate = closedGate();
  taps.begin = async (begin, run) => {
    await gate.pass();
    return begin(run);
  };
  const model = scriptedModel();
  const lines: string[] = [];
  const log: NonNullable<Parameters<typeof harness>[0]>["logger"] = {
    started: () => void lines.push("started"),
    ended: (_run, { failure }) => void lines.push(failure?.code ?? "succeeded"),
  };
  const here = await harness({ store, model, logger: log });
  // Otherwise the beginning of the first run would wait for it.
  await here.lease.renew();
  return { here, lines, model, taps, gate };
};
