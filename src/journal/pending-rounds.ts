import { storableText } from "../domain/text.ts";
import type { RoundState } from "../domain/turn.ts";
import type { NewRound } from "../store/log/contract-rounds.ts";

/** Shared: most runs have none. */
const NONE: readonly NewRound[] = [];

/** The rounds of a run that wait for the store. */
export class PendingRounds {
  #rounds = NONE;

  /** `last`: the number of the run's last round in the store. */
  constructor(private last: number) {}

  get isEmpty(): boolean {
    return this.#rounds.length === 0;
  }

  add({ calls, model, data }: RoundState, rest: Pick<NewRound, "seq" | "at" | "progress">): void {
    const round = { ...rest, calls, model, data: storableText(data ?? null), number: ++this.last };
    this.#rounds = [...this.#rounds, round];
  }

  take(): readonly NewRound[] {
    const rounds = this.#rounds;
    this.#rounds = NONE;
    return rounds;
  }
}
