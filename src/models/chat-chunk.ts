/**
 * The fields of a chat-completions chunk that are read here, or of a whole answer, which has `message` for `delta`. None
 * is certain to be present or to have this type.
 */
export interface Chunk {
  readonly object?: unknown;
  readonly type?: unknown;
  readonly choices?: readonly (Choice | null)[] | null;
  readonly usage?: unknown;
  /** Groq. */
  readonly x_groq?: { readonly usage?: unknown } | null;
  readonly error?: unknown;
}

export interface Choice {
  readonly delta?: Delta | null;
  readonly message?: Delta | null;
  readonly finish_reason?: unknown;
  /** Moonshot. */
  readonly usage?: unknown;
  /** OpenRouter. */
  readonly error?: unknown;
}

export interface Delta {
  /** Mistral's reasoning models send a list of parts. */
  readonly content?: string | readonly ContentPart[] | null;
  /** DeepSeek, vLLM, Qwen. */
  readonly reasoning_content?: string | null;
  /** OpenRouter, Ollama, Groq. */
  readonly reasoning?: string | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly CallDelta[] | CallDelta | null;
  /** What `tool_calls` was before there could be several. */
  readonly function_call?: FunctionDelta | null;
}

export interface ContentPart {
  readonly type?: string;
  readonly text?: unknown;
  readonly thinking?: unknown;
}

export interface FunctionDelta {
  readonly name?: unknown;
  /** Text, whole or in pieces. Some servers send the object itself. */
  readonly arguments?: unknown;
}

export interface CallDelta extends FunctionDelta {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly type?: unknown;
  /** Absent where the server has its fields beside the id. */
  readonly function?: FunctionDelta | null;
}
