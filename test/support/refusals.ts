/** A name, the body of a refusal, and its status: 400 unless it is another. */
type Row = readonly [string, unknown, number?];
export const withStatus = ([name, body, status = 400]: Row) => [name, body, status] as const;

/** How servers were seen to refuse each feature. */
export const REFUSALS: readonly Row[] = [
  ["stream_options", { error: { message: "Unrecognized request argument supplied: stream_options" } }],
  ["stream_options", { error: { message: 'json: unknown field "stream_options"' } }],
  [
    "stream_options",
    {
      detail: [
        {
          type: "extra_forbidden",
          loc: ["body", "stream_options"],
          msg: "Extra inputs are not permitted",
          input: { include_usage: true },
        },
      ],
    },
    422,
  ],
  [
    "stream_options",
    {
      object: "error",
      message: {
        detail: [{ type: "extra_forbidden", loc: ["body", "stream_options"], msg: "Extra inputs are not permitted" }],
      },
    },
    422,
  ],
  [
    "tool_choice",
    {
      error: {
        message: "tool_choice is not supported by this model",
        type: "invalid_request_error",
        param: "tool_choice",
      },
    },
  ],
  ["tool_choice", { error: "deepseek-reasoner does not support this tool_choice" }],
  [
    "parallel_tool_calls",
    {
      error: {
        message: "Unsupported parameter: 'parallel_tool_calls' is not supported with this model.",
        param: "parallel_tool_calls",
        code: "unsupported_parameter",
      },
    },
  ],
  [
    "temperature",
    {
      error: {
        message:
          "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
        param: "temperature",
        code: "unsupported_value",
      },
    },
  ],
  ["top_p", { message: "`temperature` and `top_p` cannot both be specified for this model. Please use only one." }],
  ["seed", { detail: "Unknown parameter: seed" }, 422],
  ["stop", { error: "Argument not supported on this model: stop" }],
  [
    "reasoning_effort",
    {
      error: {
        message: "Unsupported parameter: 'reasoning_effort' is not supported with this model.",
        param: "reasoning_effort",
      },
    },
  ],
  ["reasoning_effort", { error: "Argument not supported on this model: reasoningEffort" }],
  ["reasoning_effort", { error: { message: '"llama3" does not support thinking' } }],
  [
    "max_tokens",
    {
      error: {
        message:
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        param: "max_tokens",
        code: "unsupported_parameter",
      },
    },
  ],
  [
    "json_schema",
    {
      error: {
        message: "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
        param: "response_format",
      },
    },
  ],
  ["json_schema", { error: { message: "This response_format type is unavailable now" } }],
  [
    "tools",
    { error: { message: "registry.ollama.ai/library/gemma3:latest does not support tools", type: "api_error" } },
  ],
  [
    "tools",
    {
      object: "error",
      message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
      code: 400,
    },
  ],
  [
    "tools",
    {
      error: {
        message: "No endpoints found that support tool use. To learn more about provider routing, visit the docs",
        code: 404,
      },
    },
    404,
  ],
  ["tools", { error: { code: 500, message: "tools param requires --jinja flag", type: "server_error" } }, 500],
  [
    "tools",
    {
      error: {
        code: 400,
        message: "Function calling is not enabled for models/gemma-3-27b-it",
        status: "INVALID_ARGUMENT",
      },
    },
  ],
  [
    "system_role",
    { object: "error", message: "System role not supported", type: "BadRequestError", param: null, code: 400 },
  ],
  ["system_role", { object: "error", message: "Conversation roles must alternate user/assistant/user/assistant/..." }],
  ["system_role", { error: { message: "Developer instruction is not enabled for models/gemma-3-27b-it" } }],
  [
    "system_role",
    { detail: [{ loc: ["body", "messages", 0, "role"], msg: "Input should be 'user' or 'assistant'" }] },
    422,
  ],
  ["images", { error: { message: "x is not a multimodal model" } }],
  [
    "images",
    {
      error: {
        message: "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
      },
    },
    500,
  ],
  [
    "images",
    {
      error: {
        message: "Failed to deserialize the JSON body: messages[1]: unknown variant `image_url`, expected `text`",
      },
    },
    422,
  ],
  ["images", { error: { message: "messages[1].content must be a string" } }],
];

/** Refusals that are about something else. */
export const OTHERS: readonly Row[] = [
  [
    "a text that is too long",
    {
      error: {
        message:
          "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (8000 in the messages, 1000 in max_tokens). Please reduce the length of the messages or tools.",
      },
    },
  ],
  [
    "a value out of range",
    {
      error: {
        message: "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.5 instead.",
        param: "temperature",
        code: "decimal_above_max_value",
      },
    },
  ],
  [
    "too many output tokens",
    {
      error: {
        message: "max_tokens is too large: 100000. This model supports at most 16384 completion tokens.",
        param: "max_tokens",
      },
    },
  ],
  [
    "a bad schema of a tool",
    {
      error: {
        message: "Invalid schema for function 'solve': 'x' is not valid. Extra inputs are not permitted",
        param: "tools[0].function.parameters",
      },
    },
  ],
  [
    "a bad picture",
    {
      error: {
        message: "You uploaded an unsupported image. Please make sure your image is valid.",
        code: "invalid_image",
      },
    },
  ],
  ["a picture in an unknown format", { error: { message: "Unsupported image format: image/bmp" } }],
  ["an unknown model", { error: { message: "The model `x` does not exist", code: "model_not_found" } }, 404],
  [
    "the content filter",
    { error: { message: "The response was filtered, tools are not allowed", code: "content_filter" } },
  ],
  [
    "nothing in particular, with other words",
    { error: { message: "Your credit balance is too low to access the API." } },
  ],
];
