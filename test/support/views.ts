import { expect } from "bun:test";
import type { Model } from "../../src/models/contract.ts";
import type { TestService } from "./service.ts";

/** GET /api/v1/threads/{threadId}, as in the native contract. */
export interface ThreadView {
  readonly thread_id: string;
  readonly messages: readonly {
    readonly id: string;
    readonly role: "user" | "assistant";
    readonly content: string;
    readonly seq: number;
    readonly created_at: string;
    readonly run_id?: string;
    readonly status?: string;
    readonly tool_calls?: readonly { readonly tool_call_id: string; readonly output?: unknown }[];
  }[];
  readonly has_more: boolean;
  readonly active_run: { readonly run_id: string; readonly status: string } | null;
}

/** GET /api/v1/runs/{runId}. */
export interface RunView {
  readonly run_id: string;
  readonly thread_id: string;
  readonly agent: string;
  readonly model: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly status: string;
  readonly attempt: number;
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly created_at: string;
  readonly ended_at: string | null;
  readonly superseded_by: string | null;
}

export interface ErrorView {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: readonly { readonly path: string; readonly message: string }[];
  };
}

const ok = async <T>(response: Response): Promise<T> => {
  expect(response.status).toBe(200);
  return (await response.json()) as T;
};

/** `query`: what follows the user in the URL. */
export const threadOf = async (
  service: TestService<Model>,
  userId: string,
  threadId: string,
  query = "",
): Promise<ThreadView> =>
  ok(await service.get(`/api/v1/threads/${encodeURIComponent(threadId)}?userId=${encodeURIComponent(userId)}${query}`));

export const runOf = async (service: TestService<Model>, userId: string, runId: string): Promise<RunView> =>
  ok(await service.get(`/api/v1/runs/${runId}?userId=${encodeURIComponent(userId)}`));

/** Checks that the response is an error as in the common contract, and nothing else. */
export const refusalOf = async (response: Response): Promise<ErrorView["error"]> => {
  expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  const body = (await response.json()) as ErrorView;
  expect(Object.keys(body)).toEqual(["error"]);
  expect(Object.keys(body.error)).toEqual(["code", "message", "details"]);
  expect(body.error.message).not.toBe("");
  for (const detail of body.error.details) expect(Object.keys(detail)).toEqual(["path", "message"]);
  return body.error;
};
