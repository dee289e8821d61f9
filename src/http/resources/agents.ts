import { type Static, Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { AnyAgent } from "../../agents/contract.ts";
import type { RouteParts } from "../context.ts";
import { described, json, type Tag } from "../openapi/operation.ts";

const AGENTS: Tag = { name: "Agents", description: "The agents and models that requests may choose." };

const AgentShape = Type.Object(
  {
    name: Type.String(),
    description: Type.String(),
    kind: Type.Union(
      ["built-in", "text", "code", "remote"].map((kind) => Type.Literal(kind)),
      {
        description: "Where it comes from: the executable, a file of instructions, a file of code, or elsewhere.",
      },
    ),
    model: Type.String({ description: "The model that answers unless a request chooses another." }),
    tools: Type.Array(
      Type.Object({
        name: Type.String(),
        description: Type.String(),
        approve: Type.Boolean({ description: "Whether a call of it waits for a person." }),
      }),
    ),
  },
  { title: "Agent" },
);

const ModelShape = Type.Object({ id: Type.String() }, { title: "Model" });

/** The agents and models that requests may choose. */
export const agentRoutes = ({ agents, models, toolbox }: RouteParts) => {
  const agentView = (agent: AnyAgent): Static<typeof AgentShape> => {
    const { name, description, kind, model, ownTools, toolNames } = agent;
    const needsApproval = toolbox.selects(agent.approve);
    return {
      name,
      description,
      kind,
      model: model ?? models.standard.id,
      tools: [...ownTools, ...toolbox.select(toolNames)].map((tool) => ({
        name: tool.name,
        description: tool.description,
        approve: needsApproval(tool.name),
      })),
    };
  };
  return new Elysia({ name: "agents", prefix: "/api/v1" })
    .get("/agents", () => ({ agents: agents.offered().map(agentView) }), {
      detail: described({
        tag: AGENTS,
        access: "read",
        threads: "none",
        summary: "List the agents",
        replies: { 200: json("The agents that requests may choose.", Type.Object({ agents: Type.Array(AgentShape) })) },
      }),
    })
    .get("/models", () => ({ models: models.list().map((id) => ({ id })) }), {
      detail: described({
        tag: AGENTS,
        access: "read",
        threads: "none",
        summary: "List the models",
        description:
          "Those that `MODEL` and the agents name. The first one answers unless the request or the agent names another.",
        replies: { 200: json("The models that requests may choose.", Type.Object({ models: Type.Array(ModelShape) })) },
      }),
    });
};
