import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Model } from "../../src/models/contract.ts";
import type { TestService } from "./service.ts";
import type { SseReader } from "./sse.ts";

/** The data of `final`, and of `POST /api/chat` in `data`. */
export interface ChatFinal {
  readonly content: string;
  readonly sources: readonly {
    readonly title: string;
    readonly document_id: string;
    readonly content: string;
    readonly score: number;
    readonly metadata: Record<string, unknown>;
  }[];
  readonly confidence_score: number;
  readonly table_data: { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] } | null;
  readonly chart_data: {
    readonly type: string;
    readonly labels: readonly string[];
    readonly series: readonly { readonly name: string; readonly data: readonly (number | null)[] }[];
  } | null;
}

export type ChatFrame =
  | {
      readonly type: "progress";
      readonly data: { readonly node: string; readonly status: string; readonly message: string };
    }
  | { readonly type: "final"; readonly data: ChatFinal }
  | { readonly type: "error"; readonly data: { readonly error: string; readonly message: string } };

export const chatFrames = async (stream: SseReader): Promise<readonly ChatFrame[]> =>
  (await stream.toEnd()).map(({ data }) => JSON.parse(data) as ChatFrame);

/** A file in test/fixtures/retrieval. */
export const fixture = (path: string): File =>
  new File([readFileSync(join(import.meta.dir, "../fixtures/retrieval", path))], path.split("/").at(-1) ?? path);

/** Ingests a file for a user. */
export const ingest = async (service: TestService<Model>, userId: string, file: File): Promise<void> => {
  const form = new FormData();
  form.set("file", file);
  form.set("user_id", userId);
  const response = await fetch(`${service.url}/api/v1/documents`, { method: "POST", body: form });
  if (!response.ok) throw new Error(await response.text());
};

/** Sends POST /api/chat; throws when it did not succeed. */
export const chatWith = async (
  service: TestService<Model>,
  message: string,
  rest: Readonly<Record<string, unknown>> = {},
): Promise<ChatFinal> => {
  const response = await service.post("/api/chat", { message, ...rest });
  const body = (await response.json()) as { success: boolean; data: ChatFinal };
  if (!body.success) throw new Error(JSON.stringify(body));
  return body.data;
};
