import { storableText } from "../domain/text.ts";
import type { RoundState } from "../domain/turn.ts";
import type { NewRound } from "../store/log/contract-rounds.ts";

/** The rounds of a run that wait for the store. */
export class PendingRounds {
  #rounds: NewRound[] = [];

  /** `last`: the number of the run's last round in the store. */
  constructor(private last: number) {}

  get isEmpty(): boolean {
    return this.#rounds.length === 0;
  }

  add({ calls, model, data }: RoundState, rest: Pick<NewRound, "seq" | "at" | "progress">): void {
    this.#rounds.push({ ...rest, calls, model, data: storableText(data ?? null), number: ++this.last });
  }

  take(): readonly NewRound[] {
    const rounds = this.#rounds;
    this.#rounds = [];
    return rounds;
  }
}
