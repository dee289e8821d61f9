import type { EventBody } from "../domain/event.ts";
import { NO_USAGE, type Usage } from "../domain/run.ts";
import { tokensIn } from "../domain/tokens.ts";
import type { AnswerMeter } from "../models/answer-meter.ts";
import type { FinishReason, ModelPart, ModelRequest, OpaqueState, ToolCall } from "../models/contract.ts";
import { estimateUsage } from "../models/usage.ts";
import type { AgentContext, Emit } from "./contract.ts";
import { storableCall } from "./storable-parts.ts";

/** One model call and what it has produced so far. `lead` is put before its first text, if there is any. */
export class ModelCall {
  text = "";
  readonly toolCalls: ToolCall[] = [];
  /** How it ended. */
  reason: FinishReason = "stop";
  opaque: OpaqueState | undefined;
  #usage: Usage | undefined;
  /** What the calls before have produced. */
  readonly #tokensBefore: number;

  constructor(
    private request: ModelRequest,
    private readonly lead: string,
    private readonly meter: AnswerMeter,
  ) {
    this.#tokensBefore = meter.tokens;
  }

  /** The answer begins with what an earlier attempt at the call had said: the model goes on from there. */
  goOnFrom(beginning: string): void {
    this.text = beginning.startsWith(this.lead) ? beginning.slice(this.lead.length) : beginning;
    if (this.text !== "") this.request = { ...this.request, begun: this.text };
  }

  /** What the earlier attempt has cost, an estimate: its provider could not report it any more. */
  usageBefore(): Usage {
    const { begun, ...request } = this.request;
    return begun === undefined ? NO_USAGE : estimateUsage(request, tokensIn(begun));
  }

  /** Emits the model's parts as they arrive. */
  relay(context: AgentContext, emit: Emit): Promise<void> {
    return context.model.answer(this.request, context, (part) => {
      const event = this.#eventOf(part);
      return event === null ? undefined : emit(event);
    });
  }

  /** Returns the event of a part for readers. Null when it has none. */
  #eventOf(part: ModelPart): EventBody | null {
    switch (part.type) {
      case "text": {
        this.meter.countText("text", part.delta);
        const delta = this.text === "" ? this.lead + part.delta : part.delta;
        this.text += part.delta;
        return { type: "token", payload: { delta } };
      }
      case "reasoning":
        this.meter.countText("reasoning", part.delta);
        return { type: "reasoning", payload: { delta: part.delta } };
      case "tool_call":
        this.meter.countCall();
        for (const text of [part.id, part.name, JSON.stringify(part.input) ?? ""]) this.meter.countArgument(text);
        this.toolCalls.push(storableCall(part));
        return null;
      case "finish":
        this.#usage = part.usage;
        this.reason = part.reason;
        this.opaque = part.opaque;
        return null;
    }
  }

  /** Sets what a call that failed has cost, as far as that is known. */
  charge(usage: Usage | undefined): void {
    this.#usage ??= usage;
  }

  /** Returns the usage that the provider reported, or an estimate for a call that was cut short before the report. */
  usage(): Usage {
    const tokens = this.meter.tokens - this.#tokensBefore;
    return this.#usage ?? (tokens === 0 ? NO_USAGE : estimateUsage(this.request, tokens));
  }
}
