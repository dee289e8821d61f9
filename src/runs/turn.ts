import { UniqueIds } from "../agents/call-ids.ts";
import type { Agent, AgentContext } from "../agents/contract.ts";
import { walk } from "../agents/graph.ts";
import { historyOf } from "../agents/history.ts";
import { type Earlier, progressOf } from "../agents/resume/earlier.ts";
import { type Resumption, resumptionOf } from "../agents/resume/resumption.ts";
import type { RunFile } from "../domain/document.ts";
import { RunError } from "../domain/error.ts";
import { type EventBody, type Payload, payloadOf } from "../domain/event.ts";
import { languageOf } from "../domain/language.ts";
import { settingsOver } from "../domain/model-settings.ts";
import type { RunProgress } from "../domain/progress.ts";
import { addUsage, NO_USAGE, type RunInput, type Usage } from "../domain/run.ts";
import type { System } from "../domain/system.ts";
import { storableText } from "../domain/text.ts";
import { threadIdOf } from "../domain/thread.ts";
import type { RunWriter } from "../journal/writer.ts";
import type { Model, ModelMessage } from "../models/contract.ts";
import type { Approval } from "../store/approvals/contract.ts";
import type { Store } from "../store/contract.ts";
import type { Claimed } from "../store/log/contract.ts";
import { untilReached } from "../store/until-reached.ts";
import { Citations } from "../tools/citations.ts";
import type { Tool } from "../tools/contract.ts";
import type { Toolbox } from "../tools/toolbox.ts";
import { runErrorOf } from "./ending.ts";
import { type LiveRun, NOT_PERSISTED } from "./live-run.ts";
import type { RunLogger } from "./logger.ts";
import { RunApprovals } from "./run-approvals.ts";
import type { TokenMeter } from "./token-meter.ts";
import type { WaitingRuns } from "./waiting-runs.ts";

/** How long a node may take, after its run is aborted, to close what it has open. Then the run ends without it. */
const UNWIND_MS = 1000;

export interface TurnParts {
  readonly store: Store;
  readonly system: System;
  readonly logger: RunLogger;
  readonly historyTokens: number;
  readonly toolbox: Toolbox;
  readonly approvals: Pick<WaitingRuns, "request">;
}

/** What a run goes on from that had begun before. */
export interface EarlierAttempts extends Earlier {
  /** How the new attempt is announced. */
  readonly started: Payload<"attempt_started">;
  /** The calls that persons were asked about. */
  readonly approvals: readonly Approval[];
}

/** The input of one run. */
export interface Task<State> {
  readonly agent: Agent<State>;
  readonly input: RunInput;
  readonly model: Model;
  readonly file: RunFile | null;
  /** Null: the user's tokens are not counted. */
  readonly meter: TokenMeter | null;
  /** Null: the run begins. */
  readonly earlier: EarlierAttempts | null;
}

/** Never written: the fence refuses it, and the replica that owns the run now ends it. */
const LOST = new RunError("interrupted", "Another replica has taken over the run.");

/** Connects one run to its agent. */
export class Turn<State> {
  /** Of all attempts. */
  usage: Usage;
  result: unknown;
  /** How the last model call ended that gave text of the answer. */
  finish: "stop" | "length" = "stop";
  /** There is text of the answer since the last model call ended. */
  #hasText = false;
  /** Tokens held until the end, when the caller wants the answer in one piece. */
  #held: string;
  #approvals: RunApprovals | undefined;
  #history: Promise<readonly ModelMessage[]> | undefined;

  constructor(
    private readonly live: LiveRun,
    private readonly claimed: Pick<Claimed, "supersedes" | "fence">,
    /** The thread's last seq before the run's first event. */
    private readonly startSeq: number,
    private readonly task: Task<State>,
    private readonly writer: RunWriter,
    private readonly parts: TurnParts,
  ) {
    const before = task.earlier && progressOf(task.earlier);
    this.usage = before?.usage ?? NO_USAGE;
    this.#held = before?.held ?? "";
  }

  /** Walks the agent's graph. Returns why it failed, or null. */
  async run(): Promise<RunError | null> {
    const { signal } = this.live;
    // A run that was cancelled while it was queued does not begin.
    const { meter } = this.task;
    meter?.watch((why) => this.live.abort(why));
    const failure = signal.aborted ? null : await this.#walkUntilStopped();
    await meter?.settle();
    if (signal.aborted) return signal.reason instanceof RunError ? runErrorOf(signal.reason) : LOST;
    return failure === null ? null : runErrorOf(failure.thrown);
  }

  /** Returns what the walk threw, or null when it finished, or was abandoned `UNWIND_MS` after the run was aborted. */
  #walkUntilStopped(): Promise<{ readonly thrown: unknown } | null> {
    return new Promise((resolve) => {
      const abandon = () => void this.parts.system.sleep(UNWIND_MS).then(() => resolve(null));
      this.live.signal.addEventListener("abort", abandon, { once: true });
      this.#walk().then(
        () => resolve(null),
        (thrown: unknown) => resolve({ thrown }),
      );
    });
  }

  async #walk(): Promise<void> {
    const { agent, input, earlier } = this.task;
    const resumption = earlier && this.#resumption(earlier);
    if (!earlier?.events.some(({ type }) => type === "page_start")) {
      const { supersedes = [] } = this.claimed;
      const payload = { title: agent.title(input), ...(supersedes.length > 0 && { supersedes: [...supersedes] }) };
      await this.writer.emit({ type: "page_start", payload }, "");
    }
    if (earlier !== null) await this.writer.emit({ type: "attempt_started", payload: earlier.started }, "");
    const sink = {
      emit: (body: EventBody, node: string) => this.#emit(body, node),
      checkpoint: (node: string, change: unknown) =>
        this.writer.checkpoint({
          checkpointId: this.parts.system.id(),
          node,
          change: storableText(change),
          progress: this.#progress(),
        }),
    };
    this.result = await walk(agent, this.#context(), sink, resumption);
  }

  #resumption(earlier: Earlier): Resumption<State> {
    const { agent, input } = this.task;
    try {
      return resumptionOf(agent, input, earlier);
    } catch (cause) {
      throw new RunError("interrupted", "The agent was changed before the answer was complete.", { cause });
    }
  }

  /** The calls that the run waits for. */
  get waitsFor(): readonly string[] {
    return this.#approvals?.waitsFor ?? [];
  }

  /** Emits the held tokens as one event. */
  async emitHeld(): Promise<void> {
    if (this.#held !== "") await this.writer.emit({ type: "token", payload: { delta: this.#held } }, "");
  }

  #progress(): string {
    const progress: RunProgress = { usage: this.usage, ...(this.#held !== "" && { held: this.#held }) };
    return storableText(progress);
  }

  #emit(body: EventBody, node: string): Promise<void> | undefined {
    if (body.type === "token" || body.type === "reasoning") this.task.meter?.countText(body.payload.delta);
    if (body.type === "token") this.#hasText = true;
    if (body.type !== "token" || this.task.input.streamTokens) return this.writer.emit(body, node);
    this.#held += body.payload.delta;
    return undefined;
  }

  #tools(): readonly Tool[] {
    const { agent } = this.task;
    const { toolbox, logger } = this.parts;
    const { tools, leftOut } = toolbox.offerTo(agent);
    if (leftOut > 0) logger.toolsLeftOut(agent.name, leftOut);
    return tools;
  }

  #context(): AgentContext {
    const { live, parts } = this;
    const { agent, input, file, model, earlier } = this.task;
    let callIds: UniqueIds | undefined;
    const approvals = new RunApprovals(live, this.claimed.fence, agent, earlier?.approvals ?? [], parts);
    this.#approvals = approvals;
    return {
      approvals,
      input,
      userId: live.userId,
      file,
      threadId: threadIdOf(live.threadKey),
      runId: live.runId,
      settings: settingsOver(agent.settings, input.settings ?? {}),
      tools: this.#tools(),
      collections: agent.collections,
      citations: earlier === null ? new Citations() : citationsIn(earlier),
      signal: live.signal,
      system: parts.system,
      model,
      locale: languageOf(input.message, input.locale),
      history: () => {
        this.#history ??= this.#readHistory();
        return this.#history;
      },
      callId: (modelCallId) => {
        callIds ??= new UniqueIds(".", earlier === null ? [] : callIdsIn(earlier));
        return callIds.take(modelCallId);
      },
      spend: (usage) => {
        this.usage = addUsage(this.usage, usage);
        this.task.meter?.countUsage(usage);
      },
      answered: (reason) => {
        // What a model writes about the answer, such as a title, is no text of it.
        if (this.#hasText) this.finish = reason === "length" ? "length" : "stop";
        this.#hasText = false;
      },
      saveRound: (round) => this.writer.round(round, this.#progress()),
      flushed: () => this.writer.flushed(),
      toolFailed: (tool, error) => parts.logger.toolFailed(live, { agent: agent.name, tool }, error),
      saveImage: async (image) => {
        if (!(await live.persisted)) throw NOT_PERSISTED;
        await parts.store.images.put(live.threadKey, { ...image, now: parts.system.now() });
        return `api/v1/images/${image.imageId}`;
      },
    };
  }

  async #readHistory(): Promise<readonly ModelMessage[]> {
    // A new thread has no history; a query would only delay its first token.
    if (this.startSeq === 0) return [];
    const { agent, model } = this.task;
    const { store, system, historyTokens } = this.parts;
    const { threadKey, signal } = this.live;
    const maxTokens = agent.historyTokens ?? historyTokens;
    // A text has at most as many tokens as characters, and in English a quarter as many.
    const bounds = { maxChars: 4 * maxTokens, model: model.id };
    // A run waits for the store with what it reads, as it does with what it writes.
    const read = () => store.threads.recentTurns(threadKey, this.startSeq + 1, bounds);
    const turns = await untilReached(read, system, signal);
    return historyOf(turns, maxTokens);
  }
}

const callIdsIn = ({ events }: Earlier): readonly string[] =>
  events.flatMap((event) => (event.type === "tool_start" ? payloadOf(event, "tool_start").tool_call_id : []));

/** The passages that earlier attempts have cited keep their numbers. */
const citationsIn = ({ events }: Earlier): Citations => {
  const citations = new Citations();
  for (const event of events) {
    if (event.type !== "sources") continue;
    for (const { content, metadata } of payloadOf(event, "sources").items) {
      const isNumbered = typeof metadata.number === "number" && typeof metadata.document_id === "string";
      if (isNumbered) citations.number(String(metadata.document_id), content);
    }
  }
  return citations;
};
