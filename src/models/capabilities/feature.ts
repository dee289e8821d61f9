/**
 * What a call may ask of a model and a server may refuse, least missed first. Names are those of the chat-completions
 * API where it has one.
 */
export const FEATURES = [
  "stream_options",
  "prefill",
  "prompt_cache",
  "opaque_state",
  "parallel_tool_calls",
  "tool_choice",
  "seed",
  "stop",
  "top_p",
  "temperature",
  "reasoning_effort",
  "max_tokens",
  "max_completion_tokens",
  "max_output_tokens",
  "json_schema",
  "json_object",
  "foreign_calls",
  "tools",
  "system_role",
  "images",
] as const;
export type Feature = (typeof FEATURES)[number];

interface FeatureForms {
  /** How errors name it, in a field of their own (`param`) or in a sentence. */
  readonly words: RegExp;
  /** Sentences that say by themselves that it is refused. */
  readonly refusal?: RegExp;
  /** What a model is asked instead; completes a sentence for operators. */
  readonly without: string;
}

const LEFT_OUT = "it is left out";

/** How servers name each feature. The sentences are taken from servers: see `test/models/capabilities.test.ts`. */
export const FEATURE_FORMS: Readonly<Record<Feature, FeatureForms>> = {
  stream_options: { words: /stream_?options|include_usage/i, without: "usage is estimated unless it is sent unasked" },
  prefill: {
    words: /pre-?fill|\bprefix\b|(?:last|final) (?:message|role)|conversation must end with/i,
    refusal:
      /pre-?fill(?:ing|ed)?\b[^.]{0,60}(?:not|unsupported)|must end with a user message|last message must (?:be|have)[^.]{0,20} ["'`]?user|expected last role user/i,
    without: "a model that goes on with an answer that was cut off is asked to in words",
  },
  prompt_cache: { words: /cache_?control|cache_?point|prompt caching/i, without: "prompts are not cached" },
  opaque_state: {
    words:
      /reasoning_(?:content|details|opaque|text)|thinking_blocks|extra_content|thought_signature|(?:property|field|parameter|key)s? ["'`]reasoning["'`]/i,
    without: "the opaque state of its earlier answers is not sent back",
  },
  foreign_calls: {
    words: /$^/,
    refusal:
      /(?:reasoning_content|reasoning_details|thought_?signature)\b[^.]{0,60}(?:missing|required|must be (?:passed|provided|included|sent))|missing[^.]{0,40}(?:reasoning_content|reasoning_details|thought_?signature)/i,
    without: "tool calls of other models, for which it requires its own reasoning, are sent to it as text",
  },
  parallel_tool_calls: {
    words: /parallel_?tool_?(?:calls|use)|parallel (?:tool|function)/i,
    without: LEFT_OUT,
  },
  tool_choice: { words: /tool_?choice|tool choice|function_?calling_?config/i, without: "the model chooses by itself" },
  seed: { words: /\b(?:random_)?seed\b/i, without: LEFT_OUT },
  stop: { words: /\bstop(?:_?sequences?)?\b/i, without: LEFT_OUT },
  top_p: { words: /\btop_?p\b/i, without: LEFT_OUT },
  temperature: { words: /\btemperature\b/i, without: LEFT_OUT },
  reasoning_effort: {
    words: /\breasoning\b|reasoning_?effort|\bthinking\b|thinking_?(?:config|budget|level)|\beffort\b/i,
    without: LEFT_OUT,
  },
  max_tokens: { words: /\bmax_tokens\b/i, without: "max_completion_tokens is sent instead" },
  max_completion_tokens: { words: /\bmax_completion_tokens\b/i, without: "max_tokens is sent instead" },
  max_output_tokens: { words: /\bmax_?(?:output_?|new_?)?tokens\b/i, without: LEFT_OUT },
  json_schema: {
    words:
      /response_?(?:json_?)?(?:format|schema)|json[_ ]?(?:schema|mode)|structured[ _]output|text\.format|output_?(?:config|format)/i,
    without: "the schema is part of the instructions",
  },
  json_object: {
    words: /response_?(?:format|mime_?type)|json[_ ]?(?:object|mode)|text\.format/i,
    without: "JSON is requested only in the instructions",
  },
  tools: {
    words: /\btools?\b|function[ _]?call(?:ing|s)?|\bfunctions\b/i,
    refusal: /enable-auto-tool-choice|tool-call-parser|tools? (?:param )?requires? --jinja/i,
    without: "agents answer without their tools",
  },
  system_role: {
    words:
      /system[ _-]?(?:role|messages?|prompts?|instructions?)|developer instructions?|\brole\b.{0,40}\bsystem\b|["'`]system["'`].{0,80}\brole\b/i,
    refusal: /roles must alternate|only user(?:,| and) (?:model|assistant)[^.]{0,20} roles|should be 'user'/i,
    without: "instructions are part of the first message",
  },
  images: {
    words: /\bimages?(?:_url)? (?:input|content|modality)|image_url|input_image|\bvision\b|multi-?modal/i,
    refusal:
      /\bsupport(?:s|ing)? (?:for )?images?\b|\bimages? (?:is|are) not (?:supported|enabled)|content(?: must|"[^.]{0,80} should) be a (?:valid )?string|At most 0 image|not a multimodal model/i,
    without: "pictures are left out, and a note says so to the model",
  },
};
