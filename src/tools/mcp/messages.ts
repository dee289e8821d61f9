import type { McpServerConfig } from "./server-config.ts";

/** A tool as a server lists it. `input` is its JSON Schema. */
export interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface CallRequest {
  readonly server: string;
  readonly tool: string;
  readonly input: unknown;
  /** Sent along as `_meta`. */
  readonly meta: Readonly<Record<string, string>>;
}

/** A picture that a tool returned. */
export interface ReturnedImage {
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** What came of a call. `output` is bounded and JSON; for an error it is a text for the model. */
export type CallOutcome =
  | { readonly isError: false; readonly output: unknown; readonly images: readonly ReturnedImage[] }
  | { readonly isError: true; readonly message: string };

export interface Progress {
  readonly progress: number;
  readonly total: number | null;
  readonly message: string | null;
}

/** What the service sends to the worker that has the servers. */
export type ToWorker =
  | { readonly type: "servers"; readonly servers: readonly McpServerConfig[] }
  | { readonly type: "call"; readonly id: number; readonly request: CallRequest }
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "close" };

/** What the worker sends back. */
export type FromWorker =
  | { readonly type: "listed"; readonly server: string; readonly tools: readonly ListedTool[] }
  /** The server cannot be called; `why` is for operators. It is tried again. */
  | { readonly type: "away"; readonly server: string; readonly why: string }
  /** A tool that no model or validator accepts; it is not listed. */
  | { readonly type: "unusable"; readonly server: string; readonly tool: string; readonly why: string }
  | { readonly type: "stderr"; readonly server: string; readonly line: string }
  | { readonly type: "progress"; readonly id: number; readonly progress: Progress }
  | { readonly type: "outcome"; readonly id: number; readonly outcome: CallOutcome }
  | { readonly type: "closed" };
