import type { Usage } from "../../../src/domain/run.ts";
import type { ToolCall } from "../../../src/models/contract.ts";

/** What a stand-in replyOf, independent of the provider; each wire encodes it in its own way. */
export interface WireAnswer {
  readonly reasoning?: readonly string[];
  /** What the provider wants back: a signature of the reasoning, where its wire has one. */
  readonly signature?: string;
  readonly text?: readonly string[];
  /** `pieces`, joined, are the arguments as JSON. */
  readonly calls?: readonly {
    readonly id: string;
    readonly name: string;
    readonly pieces: readonly string[];
    readonly signature?: string;
  }[];
  readonly usage?: Usage;
  /** Null: the stream ends without a reason. A word: the provider's own. */
  readonly finish: "stop" | "length" | "tool_calls" | "refusal" | { readonly word: string } | null;
}

/** One turn of a request, decoded from a provider's format. */
export type Turn =
  | { readonly role: "user"; readonly text: string; readonly images: readonly string[] }
  | { readonly role: "assistant"; readonly text: string; readonly calls: readonly ToolCall[] }
  | { readonly role: "tool"; readonly id: string; readonly output: string };

/** A decoded request. */
export interface WireRequest {
  readonly system: string;
  readonly turns: readonly Turn[];
  readonly tools: readonly { readonly name: string; readonly description: string; readonly input: unknown }[];
  readonly maxOutputTokens: number | undefined;
  readonly temperature: number | undefined;
  readonly settings: WireSettings;
}

/** How a request says to answer, in our terms; undefined where it does not. */
export interface WireSettings {
  readonly topP?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly seed?: number | undefined;
  readonly reasoning?: string | undefined;
  readonly toolChoice?: "auto" | "none" | "required" | { readonly name: string } | undefined;
  readonly parallelToolCalls?: boolean | undefined;
  /** The JSON Schema of the answer. */
  readonly schema?: unknown;
}

/** How an answer ends, in the provider's own word. */
type Ending = readonly [word: string, is: "stop" | "length" | "model_refused" | "model_unavailable"];

/** A provider's wire, from the provider's side. */
export interface Wire {
  /** The settings that it has. */
  readonly carries: readonly (keyof WireSettings)[];
  /** The ids of tool calls that it takes. A history has those of other models, which are then sent as others. */
  readonly callIds: RegExp;
  /** The provider's words for the end of an answer, and what they say. */
  readonly endings: readonly Ending[];
  /** The media type of its streams. */
  readonly contentType: string;
  /** Whether it takes a picture's address, and not only its bytes. */
  readonly takesAddresses: boolean;
  /** Whether it counts the tokens of reasoning apart. */
  readonly reportsReasoningTokens: boolean;
  /** The end of the path that answers are streamed from. */
  readonly path: string;
  /** Event-stream frames, each with its blank line. */
  encode(answer: WireAnswer): string[];
  /** A failure that is reported in the stream, after a 200. */
  encodeFailure(message: string): string;
  decode(body: unknown): WireRequest;
  /** Returns the key in the headers. */
  key(headers: Headers): string | null;
}

/** Returns the provider's word for an end. */
export const finishReasonFor = (
  finish: NonNullable<WireAnswer["finish"]>,
  words: Readonly<Record<Extract<WireAnswer["finish"], string>, string>>,
): string => (typeof finish === "string" ? words[finish] : finish.word);

export const frame = (data: unknown, event?: string): string =>
  `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
