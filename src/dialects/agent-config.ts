import { type Static, type TProperties, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type ErrorDetail, RequestError } from "../domain/error.ts";
import { type ModelSettings, ReasoningEffort } from "../domain/model-settings.ts";
import type { ModelChoice } from "../models/choice.ts";
import { nullable } from "./fields.ts";
import { AgentField, ModelField } from "./native-runs.ts";

const fields = {
  agent: AgentField,
  model: ModelField,
  temperature: nullable(Type.Number({ minimum: 0, maximum: 2 }), "a number from 0 to 2, or null"),
  max_output_tokens: nullable(
    Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    "a whole number from 1 to 1000000, or null; the agent's own limit is never exceeded",
  ),
  reasoning: nullable(ReasoningEffort, "none, low, medium or high, or null"),
} satisfies TProperties;

/** What a request may say of the agent that answers it. Other fields are allowed, and ignored. */
const AgentConfig = Type.Object(fields);

export interface ChosenAgent {
  readonly agent: string | null;
  readonly model: ModelChoice | null;
  readonly settings: ModelSettings;
}

/** Reads `agentConfig`. Throws `invalid`, naming each field of it that is wrong. */
export const agentConfigOf = (config: object): ChosenAgent => {
  if (!Value.Check(AgentConfig, config)) throw wrongIn(config);
  const { agent, model, temperature, max_output_tokens, reasoning }: Static<typeof AgentConfig> = config;
  return {
    agent: agent ?? null,
    model: model == null ? null : { name: model, provider: null, path: "/agentConfig/model" },
    settings: {
      ...(temperature != null && { temperature }),
      ...(max_output_tokens != null && { maxOutputTokens: max_output_tokens }),
      ...(reasoning != null && { reasoning }),
    },
  };
};

/** Returns the fields of `agentConfig` that are not read. */
export const ignoredOf = (config: object): readonly string[] =>
  Object.keys(config).filter((key) => !Object.hasOwn(fields, key));

const wrongIn = (config: object): RequestError => {
  const details = Object.entries(fields).flatMap(([name, schema]): readonly ErrorDetail[] => {
    const value = (config as Record<string, unknown>)[name];
    return Value.Check(schema, value) || value === undefined
      ? []
      : [{ path: `/agentConfig/${name}`, message: `must be ${schema.description}` }];
  });
  const [first] = details;
  return new RequestError("invalid", `${first?.path.slice(1)} ${first?.message}.`, { details });
};
