import type { EventBody } from "../../domain/event.ts";
import type { Notes } from "./notes.ts";

/** The most steps of one run; those after it are not shown. */
const MAX_STEPS = 1_000;
/** The most of a step's name, in characters. */
const MAX_NAME = 200;

/** The steps of one run as nodes within the node that runs it. Open steps are closed at a successful end. */
export class Steps {
  /** The open ones, by their name, with the node's name. */
  readonly #open = new Map<string, string>();
  #count = 0;

  /** `node` is the name of the node that runs the agent, which no step may take. */
  constructor(
    private readonly node: string,
    private readonly emit: (event: EventBody) => void,
    private readonly notes: Notes,
  ) {}

  /** How many have begun. */
  get count(): number {
    return this.#count;
  }

  start(name: string): void {
    if (this.#open.has(name)) {
      this.notes.note("began a step that was open; its beginning was ignored");
      return;
    }
    if (this.#count >= MAX_STEPS) {
      this.notes.note(`takes more than ${MAX_STEPS} steps; the rest is not shown`);
      return;
    }
    this.#count += 1;
    const shown = name.slice(0, MAX_NAME);
    const node = shown === this.node ? `${shown}.2` : shown;
    this.#open.set(name, node);
    this.#emitProgress(node, "in_progress");
  }

  finish(name: string): void {
    const node = this.#open.get(name);
    if (node === undefined) return;
    this.#open.delete(name);
    this.#emitProgress(node, "completed");
  }

  endAll(): void {
    for (const name of [...this.#open.keys()].reverse()) this.finish(name);
  }

  #emitProgress(node: string, status: "in_progress" | "completed"): void {
    this.emit({ type: "solve_progress", payload: { node, stage: node, status, message: node } });
  }
}
