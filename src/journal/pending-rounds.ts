import { storableText } from "../domain/text.ts";
import type { RoundState } from "../domain/turn.ts";
import type { NewRound } from "../store/log/contract-rounds.ts";

/** The rounds of a run that wait for the store, and who waits for each. */
export class PendingRounds {
  #rounds: NewRound[] = [];
  #last = 0;
  /** Of the rounds that wait, and of those that are in flight. */
  #waiting: (() => void)[] = [];
  #inFlight: (() => void)[] = [];

  get isEmpty(): boolean {
    return this.#rounds.length === 0;
  }

  /** Resolves once the round is stored, or never will be because its run has ended. */
  add({ calls, model, data }: RoundState, seq: number, at: number): Promise<void> {
    this.#rounds.push({ calls, model, data: storableText(data), number: ++this.#last, seq, at });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Takes all that wait. They are in flight until `settled`. */
  take(): readonly NewRound[] {
    const rounds = this.#rounds;
    this.#rounds = [];
    this.#inFlight.push(...this.#waiting);
    this.#waiting = [];
    return rounds;
  }

  settled(): void {
    for (const resolve of this.#inFlight) resolve();
    this.#inFlight = [];
  }
}
