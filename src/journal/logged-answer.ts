import { AnswerFold } from "../domain/answer.ts";
import type { EventType } from "../domain/event.ts";

/** A run's answer as the log will have it, and as it has it already. */
export class LoggedAnswer {
  #fold: AnswerFold;
  #isWhole = true;
  /** Its text as the log has it, and as it will have it once the events in flight are stored. */
  #persisted: string;
  #taken: string;

  constructor(fold: AnswerFold) {
    this.#fold = fold;
    this.#persisted = fold.content;
    this.#taken = fold.content;
  }

  get content(): string {
    return this.#fold.content;
  }

  get hasAnswer(): boolean {
    return this.#fold.hasAnswer;
  }

  /** See `RunWriter.detail`. */
  get detail(): string | null {
    return this.#isWhole ? JSON.stringify(this.#fold.answer().detail) : null;
  }

  add(type: EventType, json: string): void {
    this.#fold.addLogged({ type, json });
  }

  addText(type: "token" | "reasoning", text: string): void {
    if (type === "token") this.#fold.text(text);
    else this.#fold.reasoning(text);
  }

  /** All of it so far is on its way to the store. */
  taken(): void {
    this.#taken = this.content;
  }

  /** What was taken is stored. */
  settled(): void {
    this.#persisted = this.#taken;
  }

  /** The log has lost some of it, or never took it: everything besides its text is no longer known here. */
  restart(text = this.#persisted): void {
    this.#fold = new AnswerFold();
    this.#fold.text(text);
    this.#isWhole = false;
    this.#taken = text;
  }

  /** Something was added that is not part of the log. */
  spoil(): void {
    this.#isWhole = false;
  }
}
