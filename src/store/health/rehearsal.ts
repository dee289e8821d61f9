import type { System } from "../../domain/system.ts";
import type { ThreadKey } from "../../domain/thread.ts";
import type { Store } from "../contract.ts";
import { Database, type Driver, type Session } from "../database.ts";
import { reasonOf } from "../failure.ts";
import { StoreError } from "../store-error.ts";
import { storeFailureText } from "../trouble.ts";
import { requireDiskSpace } from "./test-write.ts";

const DEADLINE_MS = 5_000;
/** Thrown to roll the transaction back once every step has succeeded. */
const TAKEN_BACK = new Error("taken back");

/** `storeIn` returns the store over another database, which here is the transaction. */
export const rehearsalQuery = (
  database: Database,
  system: System,
  storeIn: (database: Database) => Store,
): Pick<Store, "rehearse"> => ({
  rehearse: () =>
    database.call("the database cannot be used", async ({ transaction }) => {
      try {
        await transaction(async (session) => {
          await rehearse(session, storeIn(new Database(within(session), system, DEADLINE_MS)), system);
          throw TAKEN_BACK;
        });
      } catch (error) {
        if (error !== TAKEN_BACK) throw error;
      }
    }),
});

const rehearse = async (session: Session, { runs, events, images }: Store, system: System): Promise<void> => {
  const threadKey: ThreadKey = `yeoul-check:${system.id()}`;
  const [runId, messageId, now] = [system.id(), system.id(), system.now()];
  const logEvent = (seq: number, type: "token" | "done", payload: object) =>
    ({ runId, seq, type, at: now, json: JSON.stringify(payload) }) as const;
  const fence = await step("begin a run", async () => {
    const input = { message: "여울", images: [], streamTokens: true, locale: "en", options: {} } as const;
    const begun = await runs.begin({
      ...{ runId, threadKey, agent: "chat", input, traceId: runId, messageId, owner: "yeoul check" },
      ...{ leaseMs: 60_000, maxQueued: 1, now },
    });
    if (begun.state !== "running") throw new StoreError("failed", `a new run is ${begun.state}`);
    return begun.fence;
  });
  await step("write a run's events and checkpoints", async () => {
    const round = { number: 1, seq: 1, calls: [], model: "check", data: "{}", at: now };
    const checkpoint = { checkpointId: system.id(), seq: 1, node: "check", change: "{}", at: now };
    const token = logEvent(1, "token", { delta: "여울" });
    const refused = await events.append([{ fence, events: [token], checkpoints: [checkpoint], rounds: [round] }]);
    if (refused.size > 0) throw new StoreError("failed", "a run's first event is refused");
  });
  await step("write a picture", async () => {
    const image = {
      imageId: system.id(),
      mediaType: "image/png",
      bytes: new Uint8Array([0]),
      width: 1,
      height: 1,
      now,
    };
    if (!(await images.put(threadKey, image))) throw new StoreError("failed", "a picture is refused");
  });
  await step("end a run", async () => {
    const end = {
      status: "succeeded",
      checkpoints: [],
      usage: { inputTokens: 1, outputTokens: 1 },
      error: null,
    } as const;
    const message = { id: system.id(), content: "여울" };
    await runs.finish(fence, { ...end, events: [logEvent(2, "done", { message_id: message.id })], message, now });
  });
  await step("write to the disk", () => requireDiskSpace(session));
};

const step = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw new StoreError("failed", `cannot ${what}: ${storeFailureText(error)} (${reasonOf(rootOf(error))})`, {
      cause: error,
    });
  }
};

/** The database's own error, without the names of the calls that passed it on. */
const rootOf = (error: unknown): unknown =>
  error instanceof StoreError && error.cause !== undefined ? rootOf(error.cause) : error;

/**
 * Runs every call on the transaction's connection, behind a savepoint: a failed call throws its own error and leaves
 * the transaction usable, so that the call may be made in another way.
 */
const within = (session: Session): Driver => ({
  session: () => session,
  maxTogether: 1,
  vacuums: true,
  enter: (_lane, work) => session.transaction(() => work()),
  abandon: () => {},
  listen: () => () => {},
  close: async () => {},
});
