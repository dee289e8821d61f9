import { ModelError } from "../contract.ts";
import { ProviderError } from "../provider-error.ts";
import { type EmbeddingPurpose, MAX_TEXT, type Vector } from "./contract.ts";

/** Texts in one call; Google takes 100 at most. */
const MAX_TEXTS = 96;
/** Characters in one call: OpenAI takes 300,000 tokens, and a Korean character may be two. */
const MAX_CHARS = 100_000;
/** A text is not made shorter than this: less says little. */
const MIN_TEXT = 200;

/** Too many texts, or too long ones. Servers have no word for it in common, so any such refusal may be one. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 422]);
/** llama.cpp refuses a long text with 500. */
const TOO_LARGE = /too (?:large|long|many)|exceed|context (?:length|size)|batch size|maximum/i;

/** Makes one call with these texts. */
type Call = (texts: readonly string[], purpose: EmbeddingPurpose, signal: AbortSignal) => Promise<readonly Vector[]>;

/**
 * Embeds any number of texts in calls that the server accepts. It halves a call that is refused, and then a single text
 * that is; what was accepted after a refusal is the limit from then on. `learnt` is called when a limit has changed.
 */
export class EmbeddingLimits {
  #texts: number;
  #length = MAX_TEXT;

  /** `maxTexts` is what the provider is known to take in a call. */
  constructor(
    maxTexts: number,
    private readonly call: Call,
    private readonly learnt: (limits: { readonly texts: number; readonly characters: number }) => void,
  ) {
    this.#texts = Math.min(MAX_TEXTS, maxTexts);
  }

  async embed(texts: readonly string[], purpose: EmbeddingPurpose, signal: AbortSignal): Promise<readonly Vector[]> {
    const vectors: Vector[] = [];
    // The limits may change with each batch.
    while (vectors.length < texts.length) {
      const batch = this.#batchFrom(texts, vectors.length);
      vectors.push(...(await this.#embedBatch(batch, purpose, signal)));
    }
    return vectors;
  }

  #batchFrom(texts: readonly string[], from: number): readonly string[] {
    let to = from;
    for (let chars = 0; to < texts.length && to - from < this.#texts; to++) {
      chars += Math.min(texts[to]?.length ?? 0, this.#length);
      if (to > from && chars > MAX_CHARS) break;
    }
    return texts.slice(from, to);
  }

  async #embedBatch(
    batch: readonly string[],
    purpose: EmbeddingPurpose,
    signal: AbortSignal,
  ): Promise<readonly Vector[]> {
    const sent = batch.map((text) => beginningOf(text, this.#length));
    try {
      return await this.call(sent, purpose, signal);
    } catch (error) {
      if (!isTooMuch(error)) throw error;
      return sent.length > 1
        ? this.#halved(sent, purpose, signal)
        : [await this.#shortened(sent[0] ?? "", purpose, signal, error)];
    }
  }

  async #halved(batch: readonly string[], purpose: EmbeddingPurpose, signal: AbortSignal): Promise<readonly Vector[]> {
    const length = this.#length;
    const half = Math.ceil(batch.length / 2);
    const vectors = [
      ...(await this.#embedBatch(batch.slice(0, half), purpose, signal)),
      ...(await this.#embedBatch(batch.slice(half), purpose, signal)),
    ];
    // Where a text was too long, its length was the reason, and not how many there were.
    if (this.#length === length && half < this.#texts) this.#learn({ texts: half });
    return vectors;
  }

  async #shortened(text: string, purpose: EmbeddingPurpose, signal: AbortSignal, refusal: unknown): Promise<Vector> {
    for (let length = Math.floor(text.length / 2); length >= MIN_TEXT; length = Math.floor(length / 2)) {
      try {
        const [vector = []] = await this.call([beginningOf(text, length)], purpose, signal);
        if (length < this.#length) this.#learn({ length });
        return vector;
      } catch (error) {
        if (!isTooMuch(error)) throw error;
      }
    }
    throw refusal;
  }

  #learn({ texts = this.#texts, length = this.#length }: { readonly texts?: number; readonly length?: number }): void {
    this.#texts = texts;
    this.#length = length;
    this.learnt({ texts, characters: length });
  }
}

/** No provider accepts an empty text. */
const beginningOf = (text: string, length: number): string => text.slice(0, length).toWellFormed() || " ";

/** Whether a failed call may be accepted with fewer or shorter texts. */
export const isTooMuch = (error: unknown): boolean => {
  if (!(error instanceof ModelError) || error.code !== "model_unavailable") return false;
  const { cause } = error;
  if (!(cause instanceof ProviderError) || cause.status === undefined) return false;
  if (cause.status === 401 || cause.status === 403 || cause.words.includes("API_KEY_INVALID")) return false;
  return REFUSALS.has(cause.status) || (cause.status === 500 && TOO_LARGE.test(cause.words));
};
