import { UniqueIds } from "../../src/agents/call-ids.ts";
import type { AgentContext } from "../../src/agents/contract.ts";
import { NO_USAGE, type Usage } from "../../src/domain/run.ts";
import type { RoundState } from "../../src/domain/turn.ts";
import type { Model, ModelMessage, ModelPart, ModelRequest } from "../../src/models/contract.ts";
import { answerFrom } from "./model-parts.ts";
import { toolContext } from "./tool-context.ts";

/** A model that gives one answer per call, in order, and repeats the last. It records its requests. */
export const modelAnswering = (
  ...answers: readonly (readonly ModelPart[])[]
): Model & { readonly requests: ModelRequest[] } => {
  const requests: ModelRequest[] = [];
  return {
    id: "answering",
    requests,
    check: async () => {},
    answer: answerFrom(async function* (request) {
      const parts = answers[Math.min(requests.push(request), answers.length) - 1] ?? [];
      yield* parts;
      const calls = parts.some(({ type }) => type === "tool_call");
      yield { type: "finish", reason: calls ? "tool_calls" : "stop", usage: { inputTokens: 10, outputTokens: 5 } };
    }),
  };
};

export const text = (delta: string): ModelPart => ({ type: "text", delta });
export const call = (name: string, input: unknown, id = "c1"): ModelPart => ({ type: "tool_call", id, name, input });

/** A node's context; `spent`, `rounds` and `reported` record what the node reports to it. */
export const agentContext = (
  model: Model,
  options: {
    readonly message?: string;
    readonly history?: readonly ModelMessage[];
    readonly signal?: AbortSignal;
  } = {},
): AgentContext & { readonly spent: Usage[]; readonly reported: unknown[]; readonly rounds: RoundState[] } => {
  const spent: Usage[] = [];
  const reported: unknown[] = [];
  const rounds: RoundState[] = [];
  const callIds = new UniqueIds(".");
  const { message = "hi", history = [], signal } = options;
  return {
    ...toolContext(signal === undefined ? {} : { signal }),
    input: { message, images: [], streamTokens: true, locale: "en", options: {} },
    file: null,
    threadId: "t",
    runId: "r",
    model,
    settings: {},
    tools: [],
    spent,
    reported,
    rounds,
    history: async () => history,
    callId: (given) => callIds.take(given),
    answered: () => {},
    approvals: {
      canAsk: true,
      needs: () => false,
      request: async () => {},
      word: () => null,
      during: (work) => work(),
      wait: () => Promise.reject(new Error("nothing waits")),
    },
    saveRound: (round) => void rounds.push(round),
    flushed: async () => {},
    spend: (usage) => void (usage === NO_USAGE || spent.push(usage)),
    toolFailed: (tool, error) => void reported.push({ tool, error }),
  };
};
