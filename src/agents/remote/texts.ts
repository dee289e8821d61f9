/** Separates the messages of one run. */
const PARAGRAPH = "\n\n";

interface HeldMessage {
  text: string;
  isOver: boolean;
}

/**
 * The messages of one run as one text. A message is emitted as it arrives. One that begins while another is open waits
 * for that one's end, so that two that arrive at the same time are not mixed. Messages of other roles than the
 * assistant's, such as the user's own repeated, are no part of the answer.
 */
export class Texts {
  /** The message that is emitted as it arrives. */
  #current: string | null = null;
  /** The message whose text was emitted last. */
  #last: string | null = null;
  /** The message whose pieces come as chunks: nothing but the next message ends it. */
  #chunked: string | null = null;
  readonly #held = new Map<string, HeldMessage>();
  readonly #others = new Set<string>();

  constructor(private readonly emit: (delta: string) => void) {}

  /** Whether anything has been emitted. */
  get hasText(): boolean {
    return this.#last !== null;
  }

  /** Returns false for a message that is open already. */
  start(id: string, role: string): boolean {
    if (this.#chunked !== null && this.#chunked !== id) this.end(this.#chunked);
    return this.#start(id, role);
  }

  /** A message without a beginning begins with its first text. */
  content(id: string, delta: string): void {
    if (this.#others.has(id) || delta === "") return;
    this.#start(id, "assistant");
    const held = this.#held.get(id);
    if (held === undefined) this.#emitText(id, delta);
    else held.text += delta;
  }

  end(id: string): void {
    if (this.#chunked === id) this.#chunked = null;
    const held = this.#held.get(id);
    if (held !== undefined) held.isOver = true;
    if (this.#current === id) this.#next();
  }

  /** Only the first chunk of a message has to name it. Returns false for a chunk of no message. */
  chunk(id: string | undefined, role: string, delta: string): boolean {
    const message = id ?? this.#chunked;
    if (message === null) return false;
    if (message !== this.#chunked) {
      this.start(message, role);
      this.#chunked = message;
    }
    this.content(message, delta);
    return true;
  }

  /** Emits what is held back. */
  endAll(): void {
    for (const held of this.#held.values()) held.isOver = true;
    this.#next();
  }

  #start(id: string, role: string): boolean {
    if (role !== "assistant") {
      this.#others.add(id);
      return true;
    }
    if (this.#current === id || this.#held.has(id)) return false;
    if (this.#current === null) this.#current = id;
    else this.#held.set(id, { text: "", isOver: false });
    return true;
  }

  #next(): void {
    this.#current = null;
    for (const [id, { text, isOver }] of this.#held) {
      this.#held.delete(id);
      if (text !== "") this.#emitText(id, text);
      if (isOver) continue;
      this.#current = id;
      return;
    }
  }

  #emitText(id: string, delta: string): void {
    const lead = this.#last === null || this.#last === id ? "" : PARAGRAPH;
    this.#last = id;
    this.emit(lead + delta);
  }
}
