// What a user's agent may import: `yeoul` in the executable, `yeoul/agent` from the package. Everything else in `src/`
// is private. The built-in agents in `services/` are written against the same names.
// biome-ignore-all lint/performance/noBarrelFile: a public module is nothing but names.
export { type Static, type TSchema, Type } from "@sinclair/typebox";
export { RunError } from "../domain/error.ts";
export type { EventBody } from "../domain/event.ts";
export type { ModelSettings } from "../domain/model-settings.ts";
export type { Locale, RunInput, Usage } from "../domain/run.ts";
export { UnreadableError } from "../domain/unreadable.ts";
export type { Model, ModelMessage } from "../models/contract.ts";
export { ModelError } from "../models/contract.ts";
export type { Reading } from "../reading/contract.ts";
export type { Tool } from "../tools/contract.ts";
export { ToolError } from "../tools/contract.ts";
export type {
  AgentLog,
  ApprovalAnswer,
  ApprovalRequest,
  Context,
  ConversationOptions,
  ConversationResult,
  DocumentQuery,
  Documents,
  Page,
} from "./context.ts";
export type { Emit, Producer, Yielded } from "./contract.ts";
export { agent } from "./define-agent.ts";
export type { JsonSchema, JsonToolDefinition, ToolDefinition, ToolUse } from "./define-tool.ts";
export { tool } from "./define-tool.ts";
export type { AgentDefinition, GraphDefinition, NodeDefinition, RunDefinition } from "./definition.ts";
export { questionsIn } from "./history.ts";
