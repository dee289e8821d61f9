import type { EventBody } from "../../domain/event.ts";
import type { Notes } from "./notes.ts";

/** The most of one event's data, and of all of a run's, in characters of JSON; and the most events. */
const MAX_DATA = 1024 * 1024;
const MAX_ALL = 4 * 1024 * 1024;
const MAX_EVENTS = 2_000;
const MAX_NAME = 64;

/**
 * What a remote agent says besides the answer, as `custom` events. They are stored with the thread, so they have
 * bounds; those past them are left out and noted.
 */
export class CustomEvents {
  #chars = 0;
  #count = 0;
  /** The JSON of the state, where it is what the last snapshot said. */
  #state: string | null = null;

  constructor(
    private readonly emit: (event: EventBody) => void,
    private readonly notes: Notes,
  ) {}

  /** How many have been emitted. */
  get count(): number {
    return this.#count;
  }

  add(name: string, data: unknown): void {
    const shown = name.slice(0, MAX_NAME) || "custom";
    const json = JSON.stringify(data ?? null);
    if (json.length > MAX_DATA || this.#chars + json.length > MAX_ALL || this.#count >= MAX_EVENTS) {
      this.notes.note("sends more events besides its answer than are stored; the rest was left out");
      return;
    }
    this.#chars += json.length;
    this.#count += 1;
    this.emit({ type: "custom", payload: { name: shown, data: data ?? null } });
  }

  /** A snapshot that repeats the last one, as some frameworks send after every step, is left out. */
  stateSnapshot(state: unknown): void {
    const json = JSON.stringify(state ?? null);
    if (this.#state === json) return;
    this.#state = json;
    this.add("state_snapshot", state);
  }

  stateDelta(patch: unknown): void {
    this.#state = null;
    this.add("state_delta", patch);
  }
}
