import { Type } from "@sinclair/typebox";
import { type AgentDefinition, agent, tool } from "../../src/agents/public.ts";
import type { ModelPart } from "../../src/models/contract.ts";
import type { ReadAgents } from "../../src/own-agents.ts";
import type { ScriptedModel } from "./scripted-model.ts";
import type { TestService } from "./service.ts";

/** What the tools of `approvingAgents` were called with. */
export interface Made {
  readonly name: string;
  readonly input: unknown;
}

const conversing = (tools: NonNullable<AgentDefinition["tools"]>, approve: readonly string[]): AgentDefinition => ({
  tools,
  approve,
  async *run(context) {
    yield* context.converse({ system: "s" });
  },
});

/** `clerk` talks to a model that may `pay`, if a person agrees, and `look`; `runner` is code that asks a person itself. */
export const approvingAgents = (made: Made[], hasPaid: () => Promise<unknown> = async () => "paid"): ReadAgents => {
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: Type.Object({ amount: Type.Number() }),
    execute: (input) => {
      made.push({ name: "pay", input });
      return hasPaid();
    },
  });
  const look = tool({
    name: "look",
    description: "Looks.",
    input: Type.Object({}),
    execute: async (input) => {
      made.push({ name: "look", input });
      return "seen";
    },
  });
  const runner = agent({
    async *run({ approve, step }) {
      yield "Asking. ";
      await step("count", () => made.push({ name: "step", input: null }));
      const first = await approve({ name: "send", input: { to: "a" }, schema: Type.Object({ to: Type.String() }) });
      yield first.approved ? `Sent to ${(first.input as { to: string }).to}. ` : `Not sent: ${first.message}. `;
      const both = await Promise.all([approve({ name: "send", input: 1 }), approve({ name: "send", input: 2 })]);
      yield both.map(({ approved }) => (approved ? "yes" : "no")).join(", ");
    },
  });
  const loaded = {
    agents: [
      { name: "clerk", kind: "text" as const, definition: conversing([pay, look], ["p*"]) },
      { name: "runner", kind: "code" as const, definition: runner },
    ],
    mistakes: [],
    secrets: [],
    servers: [],
  } as unknown as ReadAgents["loaded"];
  return { loaded, load: async () => loaded };
};

/** What a model asks for. */
export type CallParts = readonly [id: string, name: string, input: object];

export const calling = (...calls: readonly CallParts[]): ModelPart[] => [
  ...calls.map(([id, name, input]) => ({ type: "tool_call" as const, id, name, input })),
  { type: "finish", reason: "tool_calls", usage: { inputTokens: 10, outputTokens: 5 } },
];

export const decide = (
  service: TestService<ScriptedModel>,
  runId: string,
  body: Readonly<Record<string, unknown>>,
  {
    userId = "u",
    headers = {},
  }: { readonly userId?: string; readonly headers?: Readonly<Record<string, string>> } = {},
) => service.post(`/api/v1/runs/${runId}/approvals?userId=${userId}`, { decision: "approve", ...body }, { headers });

export const openApprovals = async (service: TestService<ScriptedModel>, userId = "u") => {
  const response = await service.get(`/api/v1/approvals?userId=${userId}`);
  return (
    (await response.json()) as { approvals: { run_id: string; tool_call_id: string; expires_at: string | null }[] }
  ).approvals;
};
