import { UniqueIds } from "../agents/call-ids.ts";
import type { Agent, AgentContext } from "../agents/contract.ts";
import { NO_STEPS, walk } from "../agents/graph.ts";
import { historyOf } from "../agents/history.ts";
import type { RunFile } from "../domain/document.ts";
import { RunError } from "../domain/error.ts";
import type { EventBody } from "../domain/event.ts";
import { languageOf } from "../domain/language.ts";
import { settingsOver } from "../domain/model-settings.ts";
import { addUsage, NO_USAGE, type RunInput, type Usage } from "../domain/run.ts";
import type { System } from "../domain/system.ts";
import { storableText } from "../domain/text.ts";
import { threadIdOf } from "../domain/thread.ts";
import type { Outcome } from "../journal/ending.ts";
import type { Journal } from "../journal/journal.ts";
import type { RunWriter } from "../journal/writer.ts";
import type { Model, ModelMessage } from "../models/contract.ts";
import type { Store } from "../store/contract.ts";
import type { Claimed } from "../store/log/contract.ts";
import { Citations } from "../tools/citations.ts";
import type { Tool } from "../tools/contract.ts";
import type { Toolbox } from "../tools/toolbox.ts";
import { endingOf, runErrorOf } from "./ending.ts";
import { type LiveRun, NOT_PERSISTED } from "./live-run.ts";
import type { RunLogger } from "./logger.ts";
import type { RunTimeouts } from "./run-timeouts.ts";
import type { TokenMeter } from "./token-meter.ts";

/** How long a node may take, after its run is aborted, to close what it has open. Then the run ends without it. */
const UNWIND_MS = 1000;

export interface ExecuteParts {
  readonly store: Store;
  readonly journal: Journal;
  readonly system: System;
  readonly logger: RunLogger;
  readonly runTimeoutMs: number;
  readonly timeouts: RunTimeouts;
  readonly historyTokens: number;
  readonly toolbox: Toolbox;
}

/** The input of one run. */
export interface Task<State> {
  readonly agent: Agent<State>;
  readonly input: RunInput;
  readonly model: Model;
  readonly file: RunFile | null;
  /** Null: the user's tokens are not counted. */
  readonly meter: TokenMeter | null;
}

/**
 * Executes a run that holds its fence, from its first event to its last. Never throws: the run always ends with exactly
 * one terminal event, unless another replica has taken it over; that replica then ends it.
 *
 * May be called before the run's row is inserted. Nothing that the run emits is written or shown before the insert
 * succeeds. If the insert fails, nothing ever is.
 */
export const execute = async <State>(
  live: LiveRun,
  claimed: Claimed,
  task: Task<State>,
  parts: ExecuteParts,
): Promise<Outcome> => {
  const { journal, system, logger } = parts;
  const { agent } = task;
  const timeoutMs = agent.timeoutMs ?? parts.runTimeoutMs;
  const begun = system.now();
  const writer = journal.open(claimed.fence, claimed.lastSeq, (why) => live.abort(why), {
    isHeld: true,
    lastAt: claimed.lastAt,
  });
  live.opened(writer);
  void live.persisted.then((isPersisted) => {
    if (!isPersisted) return;
    logger.started(live, agent.name);
    writer.release(live.written);
    live.start(claimed.lastSeq);
  });
  const deadlines = parts.timeouts.of(timeoutMs);
  const deadline = deadlines.add(timeoutMs, () =>
    live.abort(new RunError("timeout", `The answer took longer than ${timeoutMs / 1000} s.`)),
  );

  const turn = new Turn(live, claimed, task, writer, parts);
  const failure = await turn.run();
  deadlines.remove(deadline);
  const isPersisted = await live.persisted;
  if (isPersisted) await turn.emitHeld();
  const { usage, result, finish } = turn;
  const facts = { messageId: system.id(), usage, now: system.now(), result, finish };
  const outcome = await writer.close(
    endingOf(failure, facts),
    endingOf(NOT_STORED, { ...facts, usage: NO_USAGE, result: undefined }),
  );
  const durationMs = system.now() - begun;
  if (!isPersisted) return outcome;
  logger.ended(live, { agent: agent.name, outcome, failure, usage, durationMs });
  if (failure === null && finish === "length") logger.reachedLength(live, task.model.id);
  return outcome;
};

/** Used in the rare case that the store refuses the ending: it omits the last events and the usage. */
const NOT_STORED = new RunError("internal", "The answer could not be stored.");

/** Never written: the fence refuses it, and the replica that owns the run now ends it. */
const LOST = new RunError("interrupted", "Another replica has taken over the run.");

/** Connects one run to its agent. */
class Turn<State> {
  usage: Usage = NO_USAGE;
  result: unknown;
  /** How the last model call ended that gave text of the answer. */
  finish: "stop" | "length" = "stop";
  /** There is text of the answer since the last model call ended. */
  #hasText = false;
  /** Tokens held until the end, when the caller wants the answer in one piece. */
  #held = "";
  #history: Promise<readonly ModelMessage[]> | undefined;

  constructor(
    private readonly live: LiveRun,
    private readonly claimed: Claimed,
    private readonly task: Task<State>,
    private readonly writer: RunWriter,
    private readonly parts: ExecuteParts,
  ) {}

  /** Walks the agent's graph. Returns why it failed, or null. */
  async run(): Promise<RunError | null> {
    const { signal } = this.live;
    // A run that was cancelled while it was queued does not begin.
    const { meter } = this.task;
    meter?.watch((why) => this.live.abort(why));
    const failure = signal.aborted ? null : await this.#walkUntilStopped();
    await meter?.settle();
    if (signal.aborted) return signal.reason === "lost" ? LOST : runErrorOf(signal.reason);
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
    const { agent, input } = this.task;
    const { supersedes = [] } = this.claimed;
    const payload = { title: agent.title(input), ...(supersedes.length > 0 && { supersedes: [...supersedes] }) };
    await this.writer.emit({ type: "page_start", payload }, "");
    this.result = await walk(agent, this.#context(), {
      emit: (body, node) => this.#emit(body, node),
      checkpoint: (node, change) =>
        this.writer.checkpoint({
          checkpointId: this.parts.system.id(),
          node,
          change: storableText(change),
        }),
    });
  }

  /** Emits the held tokens as one event. */
  async emitHeld(): Promise<void> {
    if (this.#held !== "") await this.writer.emit({ type: "token", payload: { delta: this.#held } }, "");
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
    const { agent, input, file, model } = this.task;
    let callIds: UniqueIds | undefined;
    return {
      input,
      userId: live.userId,
      file,
      threadId: threadIdOf(live.threadKey),
      runId: live.runId,
      settings: settingsOver(agent.settings, input.settings ?? {}),
      tools: this.#tools(),
      collections: agent.collections,
      citations: new Citations(),
      signal: live.signal,
      system: parts.system,
      model,
      locale: languageOf(input.message, input.locale),
      history: () => {
        this.#history ??= this.#readHistory();
        return this.#history;
      },
      storedSteps: NO_STEPS,
      callId: (modelCallId) => {
        callIds ??= new UniqueIds(".");
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
      saveRound: (round) => this.writer.round(round),
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
    if (this.claimed.lastSeq === 0) return [];
    const { agent, model } = this.task;
    const maxTokens = agent.historyTokens ?? this.parts.historyTokens;
    const turns = await this.parts.store.threads.recentTurns(this.live.threadKey, this.claimed.lastSeq + 1, {
      // A text has at most as many tokens as characters, and in English a quarter as many.
      maxChars: 4 * maxTokens,
      model: model.id,
    });
    return historyOf(turns, maxTokens);
  }
}
