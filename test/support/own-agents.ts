import { afterAll, afterEach, beforeAll } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Box, box, post } from "./executable.ts";
import { type NativeEvent, nativeEvents, payloadsOf } from "./native-events.ts";
import { readSse } from "./sse.ts";

/** Writes files of a box's `agents/`. */
const writeAgents = (box: Box, files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(box.path, "agents", path)), { recursive: true });
    writeFileSync(join(box.path, "agents", path), text);
  }
};

/** Time for a build on a busy machine. */
const BUILD_MS = 240_000;

/** A box with agents, for all tests of a file. */
interface AgentsBox {
  /** Opened before the first test. */
  readonly box: Box;
  /** Writes files of its `agents/`, which is removed after each test. */
  write(files: Readonly<Record<string, string>>): void;
}

/** Call it once, outside of the tests. */
export const agentsBox = (): AgentsBox => {
  let opened: Box | undefined;
  beforeAll(async () => {
    opened = await box();
  }, BUILD_MS);
  afterAll(() => opened?.[Symbol.dispose]());
  afterEach(() => rmSync(join(own.box.path, "agents"), { recursive: true, force: true }));
  const own: AgentsBox = {
    get box() {
      if (opened === undefined) throw new Error("the box is opened before the first test");
      return opened;
    },
    write: (files) => writeAgents(own.box, files),
  };
  return own;
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
