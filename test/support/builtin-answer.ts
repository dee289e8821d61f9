import { builtinModel } from "../../src/builtin/model/index.ts";
import type { ModelMessage, ModelPart } from "../../src/models/contract.ts";
import { callTool } from "../../src/tools/call-tool.ts";
import { allTools } from "./all-tools.ts";
import { partsOf } from "./model-parts.ts";
import { toolContext } from "./tool-context.ts";

const { signal } = new AbortController();
const tools = allTools();
const context = toolContext({ signal });

const callModel = (messages: readonly ModelMessage[]): Promise<ModelPart[]> =>
  partsOf(builtinModel(), { system: "", messages, tools }, { signal });
const textOf = (parts: readonly ModelPart[]): string =>
  parts.map((part) => (part.type === "text" ? part.delta : "")).join("");

const unexpected = (error: unknown): never => {
  throw error;
};

/** Returns the built-in model's answer to a question, with the tools that the agents offer it. */
export const answerOf = async (content: string): Promise<string> => {
  const question: ModelMessage = { role: "user", content, images: [] };
  const parts = await callModel([question]);
  const [call] = parts;
  if (call?.type !== "tool_call") return textOf(parts);
  const calling = callTool(tools, call, context, unexpected);
  let step = await calling.next();
  while (!step.done) step = await calling.next();
  const { output, isError } = step.value;
  return textOf(
    await callModel([
      question,
      { role: "assistant", content: "", toolCalls: [call] },
      { role: "tool", toolCallId: call.id, name: call.name, output, isError },
    ]),
  );
};
