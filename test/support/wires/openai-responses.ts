import { frame, type Turn, type Wire, type WireAnswer, type WireRequest } from "./wire.ts";

interface Item {
  readonly type?: "message" | "reasoning" | "function_call" | "function_call_output";
  readonly role?: "system" | "developer" | "user" | "assistant";
  readonly content?: string | readonly { readonly type: string; readonly text?: string; readonly image_url?: string }[];
  readonly call_id?: string;
  readonly name?: string;
  readonly arguments?: string;
  readonly output?: string;
}
interface ResponsesRequest {
  readonly input: readonly Item[];
  readonly tools?: readonly { readonly name: string; readonly description: string; readonly parameters: unknown }[];
  readonly max_output_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly reasoning?: { readonly effort?: string };
  readonly tool_choice?: "auto" | "none" | "required" | { readonly name: string };
  readonly parallel_tool_calls?: boolean;
  readonly text?: { readonly format?: { readonly schema?: unknown } };
}

const response = (status: string, more: object = {}): object => ({
  id: "resp_0a1b2c",
  object: "response",
  created_at: 1_763_769_600,
  status,
  model: "stand-in-2025",
  output: [],
  ...more,
});

/** A counter gives each event its `sequence_number`, as the API does. */
const encode = (answer: WireAnswer): string[] => {
  let sequence = 0;
  const event = (type: string, more: object): string => frame({ type, sequence_number: sequence++, ...more }, type);
  let output = 0;
  const message = (text: readonly string[], type: "output_text" | "refusal"): string[] => {
    const place = { item_id: `msg_${output}`, output_index: output++, content_index: 0 };
    const item = { id: place.item_id, type: "message", role: "assistant", content: [] };
    return [
      event("response.output_item.added", {
        output_index: place.output_index,
        item: { ...item, status: "in_progress" },
      }),
      event("response.content_part.added", { ...place, part: { type, annotations: [], text: "" } }),
      ...text.map((delta) => event(`response.${type}.delta`, { ...place, delta, logprobs: [] })),
      event("response.output_item.done", { output_index: place.output_index, item: { ...item, status: "completed" } }),
    ];
  };
  const reasoning = (text: readonly string[]): string[] => {
    const item = { id: `rs_${output}`, type: "reasoning", summary: [] };
    const place = { item_id: item.id, output_index: output++, summary_index: 0 };
    return [
      event("response.output_item.added", { output_index: place.output_index, item }),
      event("response.reasoning_summary_part.added", { ...place, part: { type: "summary_text", text: "" } }),
      ...text.map((delta) => event("response.reasoning_summary_text.delta", { ...place, delta })),
      event("response.output_item.done", {
        output_index: place.output_index,
        item: { ...item, encrypted_content: answer.signature ?? null },
      }),
    ];
  };
  const call = ({ id, name, pieces }: NonNullable<WireAnswer["calls"]>[number]): string[] => {
    const item = { id: `fc_${output}`, type: "function_call", call_id: id, name, arguments: "" };
    const place = { item_id: item.id, output_index: output++ };
    const done = { ...item, status: "completed", arguments: pieces.join("") };
    return [
      event("response.output_item.added", {
        output_index: place.output_index,
        item: { ...item, status: "in_progress" },
      }),
      ...pieces.map((delta) => event("response.function_call_arguments.delta", { ...place, delta })),
      event("response.function_call_arguments.done", { ...place, arguments: done.arguments }),
      event("response.output_item.done", { output_index: place.output_index, item: done }),
    ];
  };
  return [
    event("response.created", { response: response("in_progress") }),
    event("response.in_progress", { response: response("in_progress") }),
    ...(answer.reasoning === undefined ? [] : reasoning(answer.reasoning)),
    ...(answer.text === undefined ? [] : message(answer.text, "output_text")),
    ...(answer.calls ?? []).flatMap(call),
    ...(answer.finish === "refusal" ? message(["I'm sorry, I can't help with that."], "refusal") : []),
    ...(answer.finish === null ? [] : [finish(answer, event)]),
  ];
};

const finish = (answer: WireAnswer, event: (type: string, more: object) => string): string => {
  const { inputTokens = 0, outputTokens = 0, cachedTokens = 0, reasoningTokens = 0 } = answer.usage ?? {};
  const usage = {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: inputTokens + outputTokens,
  };
  const reason =
    answer.finish === "length" ? "max_output_tokens" : typeof answer.finish === "object" && answer.finish?.word;
  return reason
    ? event("response.incomplete", { response: response("incomplete", { incomplete_details: { reason }, usage }) })
    : event("response.completed", { response: response("completed", { incomplete_details: null, usage }) });
};

const turn = (item: Item): Turn => {
  if (item.type === "function_call_output") {
    return { role: "tool", id: item.call_id ?? "", output: item.output ?? "" };
  }
  if (item.type === "function_call") {
    const call = { id: item.call_id ?? "", name: item.name ?? "", input: JSON.parse(item.arguments ?? "") as unknown };
    return { role: "assistant", text: "", calls: [call] };
  }
  const parts = typeof item.content === "string" ? [{ type: "text", text: item.content }] : (item.content ?? []);
  const text = parts.map((part) => part.text ?? "").join("");
  return item.role === "assistant"
    ? { role: "assistant", text, calls: [] }
    : { role: "user", text, images: parts.flatMap((part) => ("image_url" in part ? (part.image_url ?? []) : [])) };
};

/** An answer and its calls are separate items in this API, and one turn in ours. */
const joined = (turns: readonly Turn[]): Turn[] => {
  const result: Turn[] = [];
  for (const next of turns) {
    const last = result.at(-1);
    if (last?.role !== "assistant" || next.role !== "assistant") result.push(next);
    else result[result.length - 1] = { ...last, text: last.text + next.text, calls: [...last.calls, ...next.calls] };
  }
  return result;
};

const decode = (body: unknown): WireRequest => {
  const request = body as ResponsesRequest;
  const isSystem = ({ role }: Item) => role === "system" || role === "developer";
  return {
    system: request.input
      .filter(isSystem)
      .map(({ content }) => String(content))
      .join(""),
    turns: joined(request.input.filter((item) => !isSystem(item) && item.type !== "reasoning").map(turn)),
    tools: (request.tools ?? []).map(({ name, description, parameters }) => ({ name, description, input: parameters })),
    maxOutputTokens: request.max_output_tokens,
    temperature: request.temperature,
    settings: {
      topP: request.top_p,
      reasoning: request.reasoning?.effort,
      toolChoice: typeof request.tool_choice === "object" ? { name: request.tool_choice.name } : request.tool_choice,
      parallelToolCalls: request.parallel_tool_calls,
      schema: request.text?.format?.schema,
    },
  };
};

/** https://platform.openai.com/docs/api-reference/responses-streaming */
export const openAiResponses: Wire = {
  carries: ["topP", "toolChoice", "parallelToolCalls", "schema"],
  callIds: /^/,
  contentType: "text/event-stream",
  takesAddresses: true,
  reportsReasoningTokens: true,
  path: "/responses",
  endings: [
    ["max_output_tokens", "length"],
    ["content_filter", "model_refused"],
  ],
  encode,
  encodeFailure: (message) =>
    frame({ type: "error", sequence_number: 9, code: "server_error", message, param: null }, "error"),
  decode,
  key: (headers) => headers.get("authorization")?.replace(/^Bearer /, "") ?? null,
};
