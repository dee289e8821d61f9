import { Notes } from "../../src/agents/remote/notes.ts";
import { RemoteReader } from "../../src/agents/remote/remote-reader.ts";
import type { EventBody } from "../../src/domain/event.ts";
import { Answer } from "../../src/models/answer.ts";
import type { AgUiEvent } from "./ag-ui-agent.ts";
import { payloadsOf } from "./native-events.ts";
import { piecesBody } from "./pieces-body.ts";

export interface RemoteRead {
  readonly events: readonly EventBody[];
  /** What the reading threw; undefined when the run succeeded. */
  readonly failure: Error | undefined;
  /** The log lines. */
  readonly notes: readonly string[];
  readonly reader: RemoteReader;
}

const REQUESTED = { threadId: "t", runId: "r", node: "run", questionId: "q" };
export const STARTED: AgUiEvent = { type: "RUN_STARTED", threadId: "t", runId: "r" };
export const FINISHED: AgUiEvent = { type: "RUN_FINISHED", threadId: "t", runId: "r" };

export const frameOf = (event: unknown): string =>
  `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`;

/** Reads a stream that arrives in these pieces, and then ends or breaks. */
export const readPieces = async (pieces: readonly string[], broken?: Error): Promise<RemoteRead> => {
  const notes: string[] = [];
  const events: EventBody[] = [];
  const reader = new RemoteReader(REQUESTED, new Notes({ warn: (message) => void notes.push(message) }));
  const answer = new Answer(piecesBody(pieces, broken), reader, new AbortController().signal, (event) => {
    events.push(event);
    return undefined;
  });
  const failure = await answer.read().then(
    () => undefined,
    (error: Error) => error,
  );
  return { events, failure, notes, reader };
};

/** Reads a run of these events, between its first and its last. */
export const readRun = (...events: readonly unknown[]): Promise<RemoteRead> =>
  readPieces([STARTED, ...events, FINISHED].map(frameOf));

export const textIn = (events: readonly EventBody[]): string =>
  payloadsOf(events, "token")
    .map(({ delta }) => delta)
    .join("");
