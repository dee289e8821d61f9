import { expect } from "bun:test";
import type { AnyAgent } from "../../src/agents/contract.ts";
import { agentFrom } from "../../src/agents/from-definition.ts";
import type { AgentDefinition } from "../../src/agents/public.ts";
import type { LogEvent } from "../../src/domain/event.ts";
import { withContinuation } from "../../src/models/continuation.ts";
import type { Model, ModelPart, ModelRequest } from "../../src/models/contract.ts";
import type { LiveRun } from "../../src/runs/live-run.ts";
import type { Store } from "../../src/store/contract.ts";
import { agentParts } from "./agent-parts.ts";
import { type Harness, logOf } from "./harness.ts";
import { answerFrom } from "./model-parts.ts";
import { until } from "./stepped-agent.ts";
import { dyingReplica, livingReplica, recovering } from "./two-replicas.ts";

const usage = { inputTokens: 10, outputTokens: 5 };

/**
 * A model that writes the parts of each call in turn. `hang` never comes. Its requests are recorded.
 */
export const modelWith = (
  ...calls: readonly (readonly (ModelPart | "hang")[])[]
): Model & { readonly requests: ModelRequest[] } => {
  const requests: ModelRequest[] = [];
  const answer = answerFrom(async function* (request, { signal }) {
    const parts = calls[requests.push(request) - 1] ?? [];
    for (const part of parts) {
      if (part === "hang")
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      else yield part;
    }
    const hasCalls = parts.some((part) => part !== "hang" && part.type === "tool_call");
    yield { type: "finish", reason: hasCalls ? "tool_calls" : "stop", usage };
  });
  return { ...withContinuation({ id: "m", check: async () => {}, answer }), requests };
};

export const text = (delta: string): ModelPart => ({ type: "text", delta });
export const calling = (id: string, name: string, input: object = {}): ModelPart => ({
  type: "tool_call",
  id,
  name,
  input,
});

export const defined = (definition: AgentDefinition, kind: "text" | "code" = "text") =>
  agentFrom("mine", kind, definition, agentParts());

export const talks = (tools: AgentDefinition["tools"] = []) =>
  defined({
    tools,
    async *run(context) {
      yield* context.converse({ system: "s" });
    },
  });

export const typesOf = (events: readonly LogEvent[]) =>
  events.filter(({ type }) => type !== "solve_progress").map(({ type }) => type);
export const payloadsOf = (events: readonly LogEvent[], type: string) =>
  events.filter((event) => event.type === type).map(({ json }) => JSON.parse(json));

/** Runs the agent on a replica that dies, then on one that lives, to the end. */
export const interrupted = async (
  store: Store,
  agent: AnyAgent,
  [first, second]: readonly [Model, Model],
  isReached: (events: readonly LogEvent[], run: LiveRun) => boolean | Promise<boolean>,
  request: Pick<NonNullable<Parameters<Harness["start"]>[1]>, "streamTokens" | "file"> = {},
) => {
  const dying = await dyingReplica(store, { model: first });
  const { live } = await dying.start(agent, request);
  await until(async () => isReached(await logOf(store, live.threadKey), live));
  const before = await logOf(store, live.threadKey);
  const living = await livingReplica(store, [agent], { model: second });
  const hasEnded = async () => ["succeeded", "failed"].includes((await store.runs.get("u", live.runId))?.status ?? "");
  await recovering(living, hasEnded);
  live.abort("lost");
  await live.ended;
  const log = await logOf(store, live.threadKey);
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, at) => at + 1));
  expect(log.slice(0, before.length)).toEqual([...before]);
  return { live, before, after: log.slice(before.length), log };
};
