import type { EventBody } from "../../domain/event.ts";
import { tokensIn } from "../../domain/tokens.ts";
import { AnswerMeter } from "../../models/answer-meter.ts";
import { splitDelta } from "../../models/split-delta.ts";
import { Calls } from "./calls.ts";
import { CustomEvents } from "./custom-events.ts";
import type { Notes } from "./notes.ts";
import { Steps } from "./steps.ts";
import { Texts } from "./texts.ts";

/**
 * One run of a remote agent in the native vocabulary, as far as its events have been read. All that it emits goes to
 * `parts`. It emits neither the beginning nor the end of a run, and no usage: those are the engine's, whatever a server
 * sends. Its methods throw the ModelError that ends the run when it exceeds what an answer may hold.
 */
export class RemoteRun {
  readonly parts: EventBody[] = [];
  readonly texts: Texts;
  readonly calls: Calls;
  readonly steps: Steps;
  readonly custom: CustomEvents;
  /** The run's result, where the agent gives one. */
  result: unknown;
  readonly #meter = new AnswerMeter();
  #tokens = 0;

  constructor(
    /** The name of the node that runs the agent. */
    node: string,
    readonly notes: Notes,
  ) {
    const emit = (event: EventBody): void => void this.parts.push(event);
    this.texts = new Texts((delta) => this.#emitText("token", delta));
    this.calls = new Calls(emit, this.#meter, notes);
    this.steps = new Steps(node, emit, notes);
    this.custom = new CustomEvents(emit, notes);
  }

  /** How much has been read of what is emitted; unchanged when nothing was. */
  get emitted(): number {
    return this.#meter.counted + this.steps.count + this.custom.count;
  }

  /** The tokens of what has been read, by estimate. */
  get tokens(): number {
    return this.#tokens;
  }

  text(id: string, delta: string): void {
    this.#count("text", delta);
    this.texts.content(id, delta);
  }

  /** A chunk may leave out whatever its message has said before. */
  textChunk(id: string | undefined, role: string | undefined, delta: string): void {
    this.#count("text", delta);
    if (!this.texts.chunk(id, role ?? "assistant", delta)) this.notes.note("sent text of no message; it was ignored");
  }

  reasoning(delta: string): void {
    this.#count("reasoning", delta);
    this.#emitText("reasoning", delta);
  }

  callInput(key: string, delta: string): void {
    this.#tokens += tokensIn(delta);
    this.calls.input(key, delta);
  }

  callChunk(key: string | undefined, name: string | undefined, delta: string): void {
    this.#tokens += tokensIn(delta);
    this.calls.chunk(key, name, delta);
  }

  /** Emits what was held back. `isComplete`: the run succeeded, so its calls and steps are over, too. */
  end(isComplete: boolean): void {
    this.texts.endAll();
    if (!isComplete) return;
    this.calls.endAll();
    this.steps.endAll();
  }

  #count(type: "text" | "reasoning", delta: string): void {
    if (delta === "") return;
    this.#meter.countText(type, delta);
    this.#tokens += tokensIn(delta);
  }

  #emitText(type: "token" | "reasoning", text: string): void {
    for (const delta of splitDelta(text)) this.parts.push({ type, payload: { delta } });
  }
}
