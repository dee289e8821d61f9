/** What stands around a model's thoughts at the beginning of its text. */
export interface ThinkingTag {
  readonly open: string;
  readonly close: string;
}

const tagOf = (name: string): ThinkingTag => ({ open: `<${name}>`, close: `</${name}>` });

export const DEFAULT_THINKING_TAGS: readonly ThinkingTag[] = ["think", "thinking", "thought"].map(tagOf);

/** Leading blank characters that are held back; an answer that begins with more has no thoughts. */
const MAX_BLANK = 1024;

/**
 * Parses `think, reasoning, [THINK] [/THINK]`: names of tags, or an opening and a closing mark with a space between
 * them. Null when the text has another form.
 */
export const parseThinkingTags = (text: string): readonly ThinkingTag[] | null => {
  const tags = text.split(",").map((entry) => {
    const [open = "", close, ...more] = entry.trim().split(/\s+/);
    if (more.length > 0) return null;
    if (close !== undefined) return { open, close };
    return /^[\w:-]+$/.test(open) ? tagOf(open) : null;
  });
  return tags.every((tag) => tag !== null) ? tags : null;
};

type Emit = (type: "text" | "reasoning", delta: string) => void;

/**
 * Tells thoughts in tags from the answer, wherever the pieces are cut. Thoughts stand before the first word: a tag
 * further on is a word of the answer. Blank characters around them belong to neither. Thoughts without an end are
 * thoughts to the end.
 */
export class ThinkingSplitter {
  /** Whether everything that follows is text, and need not be pushed. */
  isText = false;
  /** Received and not yet emitted: the beginning of the text, or what may be the beginning of the closing tag. */
  #held = "";
  /** The tag that is open. */
  #tag: ThinkingTag | undefined;
  #hasThought = false;

  constructor(private readonly tags: readonly ThinkingTag[]) {}

  push(delta: string, emit: Emit): void {
    this.#held += delta;
    while (!this.isText && (this.#tag === undefined ? this.#open(emit) : this.#close(this.#tag, emit)));
  }

  /** The answer is over: emits what was held back. */
  end(emit: Emit): void {
    const held = this.#held;
    this.#held = "";
    if (held !== "" && this.#tag !== undefined) emit("reasoning", held);
    else if (held.trim() !== "" || (held !== "" && !this.#hasThought)) emit("text", held);
  }

  /** Returns whether there is more to look at. */
  #open(emit: Emit): boolean {
    const begun = this.#held.trimStart();
    const tag = this.tags.find(({ open }) => begun.startsWith(open));
    if (tag !== undefined) {
      this.#tag = tag;
      this.#held = begun.slice(tag.open.length);
      return true;
    }
    const mayOpen = this.tags.some(({ open }) => open.startsWith(begun));
    if (mayOpen && this.#held.length - begun.length <= MAX_BLANK) return false;
    const text = this.#hasThought ? begun : this.#held;
    this.#held = "";
    this.isText = true;
    if (text !== "") emit("text", text);
    return false;
  }

  #close({ close }: ThinkingTag, emit: Emit): boolean {
    const held = this.#held;
    const at = held.indexOf(close);
    const end = at < 0 ? held.length - overlap(held, close) : at;
    if (end > 0) emit("reasoning", held.slice(0, end));
    this.#held = held.slice(at < 0 ? end : at + close.length);
    if (at < 0) return false;
    this.#tag = undefined;
    this.#hasThought = true;
    return true;
  }
}

/** How many characters at the end of `text` are the beginning of `mark`, but not all of it. */
const overlap = (text: string, mark: string): number => {
  for (let length = Math.min(text.length, mark.length - 1); length > 0; length--) {
    if (mark.startsWith(text.slice(-length))) return length;
  }
  return 0;
};
