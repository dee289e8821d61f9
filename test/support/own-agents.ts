import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Box, post } from "./executable.ts";
import { type NativeEvent, nativeEvents, payloadsOf } from "./native-events.ts";
import { readSse } from "./sse.ts";

/** Writes files of a box's `agents/`. */
export const writeAgents = (box: Box, files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(box.path, "agents", path)), { recursive: true });
    writeFileSync(join(box.path, "agents", path), text);
  }
};

/** Asks an agent and reads to the terminal event. */
export const ask = async (
  url: string,
  agent: string,
  message: string,
  thread?: string,
): Promise<readonly NativeEvent[]> => {
  const body = { agent, input: { message }, user_id: "u1", ...(thread !== undefined && { thread_id: thread }) };
  return nativeEvents(await readSse(await post(`${url}/api/v1/runs`, body)).toEnd());
};

export const textOf = (events: readonly NativeEvent[]): string =>
  payloadsOf(events, "token")
    .map((payload) => (payload as { delta: string }).delta)
    .join("");

export const agentsOf = async (url: string): Promise<readonly { readonly name: string; readonly kind: string }[]> => {
  const { agents } = (await (await fetch(`${url}/api/v1/agents`)).json()) as {
    agents: { name: string; kind: string }[];
  };
  return agents.filter(({ kind }) => kind !== "built-in");
};
