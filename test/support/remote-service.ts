import { remoteAgent } from "../../src/agents/remote/remote-agent.ts";
import { realSystem, type System } from "../../src/domain/system.ts";
import type { ServiceLogger } from "../../src/logger.ts";
import { postBySockets } from "../../src/upstream/client.ts";
import { agentFolder, filesOf, load } from "./agent-folder.ts";
import { sharedStore } from "./harness.ts";
import { type NativeEvent, nativeEvents } from "./native-events.ts";
import type { scriptedModel } from "./scripted-model.ts";
import { startService, type TestService } from "./service.ts";
import { readSse } from "./sse.ts";

export const SECRET = "Bearer a-secret-of-the-remote-agent";

interface Remote extends TestService<ReturnType<typeof scriptedModel>>, AsyncDisposable {
  readonly userId: string;
}

/** Starts a service whose agent `far` is at `url`. Its database is shared: each service asks as a user of its own. */
export const remoteService = async (
  url: string,
  options: { readonly system?: System; readonly idleMs?: number; readonly logger?: ServiceLogger } = {},
): Promise<Remote> => {
  const { system = realSystem, idleMs, logger } = options;
  using folder = agentFolder({
    "far.md": `---\nremote:\n  protocol: ag-ui\n  url: ${url}\n  headers: {authorization: ${SECRET}}\n---\nFar away.\n`,
  });
  const remote = remoteAgent({
    post: postBySockets({ idleMs: 0 }),
    system,
    ...(idleMs !== undefined && { idleMs }),
  });
  const loaded = { ...(await load(filesOf(folder, { remote }))), servers: [] };
  const ownAgents = { loaded, load: async () => loaded };
  const store = await sharedStore();
  const service = await startService({ store, system, ownAgents, ...(logger !== undefined && { logger }) });
  return { ...service, userId: `remote-${realSystem.id()}`, [Symbol.asyncDispose]: () => service.stop() };
};

export const askFar = (service: Remote, body: Readonly<Record<string, unknown>> = {}): Promise<Response> =>
  service.post("/api/v1/runs", { agent: "far", user_id: service.userId, input: { message: "hello" }, ...body });

/** Asks `far`, and returns all that the run says. */
export const farEvents = async (
  service: Remote,
  body?: Readonly<Record<string, unknown>>,
): Promise<readonly NativeEvent[]> => nativeEvents(await readSse(await askFar(service, body)).toEnd());

/** The text of a run's answer. */
export const answerOf = (events: readonly NativeEvent[]): string =>
  events.map((event) => (event.type === "token" ? event.payload.delta : "")).join("");
