import type { Model, ModelContext, ModelRequest, OnPart } from "../contract.ts";
import { PartSink } from "../for-each-part.ts";
import type { ModelLogger } from "../logger.ts";
import { FEATURE_FORMS, FEATURES, type Feature } from "./feature.ts";
import { featuresOf, reduced } from "./reduce.ts";
import { refusalOf } from "./refusal.ts";
import { ownState } from "./state.ts";

/** How many features are tried one after the other when a server does not say which it refuses. */
const MAX_GUESSES = 6;
/** Never left out on a guess: an answer without them would miss what the user sees of the question. */
const NEVER_GUESSED: ReadonlySet<Feature> = new Set(["images"]);

interface AdaptOptions {
  /** `Model.id`. */
  readonly id: string;
  readonly logger: ModelLogger;
  /** What the provider is known to lack, beforehand. */
  readonly lacks: readonly Feature[];
  /** Returns the features that the adapter adds to a reduced request. */
  used(request: ModelRequest, lacks: ReadonlySet<Feature>): readonly Feature[];
  /** Makes one call. */
  send(request: ModelRequest, context: ModelContext, onPart: OnPart, lacks: ReadonlySet<Feature>): Promise<void>;
}

/**
 * Returns an `answer` that asks for a feature until the server refuses it. A call that is refused for a feature is made
 * again without it, as long as it has emitted nothing. What was refused is remembered for this model, and logged once,
 * when the call without it has been accepted, as are those that were left out of that call on a guess; when it fails
 * too, its failure is thrown and nothing is remembered. Each try leaves out one feature more, so it ends.
 */
export const adaptive = (options: AdaptOptions): Model["answer"] => {
  const { id, used, send } = options;
  const server = new KnownServer(options);
  return async (given, context, onPart) => {
    const request = ownState(given, id);
    // Undefined until something is refused: a call may be under way for long, and few calls are refused.
    let refused: RefusedFeatures | undefined;
    for (;;) {
      const lacks = refused?.lacks ?? server.lacks;
      const sent = reduced(request, lacks);
      const sink = new PartSink(onPart);
      try {
        await send(sent, context, sink.onPart, lacks);
        server.accept(featuresIn(sent, lacks), refused);
        return;
      } catch (error) {
        const features = featuresIn(sent, lacks);
        if (sink.hasReceived) server.accept(features, refused);
        if (sink.hasReceived || context.signal.aborted) throw error;
        refused ??= new RefusedFeatures(lacks);
        if (!refused.add(error, features, server)) throw error;
      }
    }
  };

  function featuresIn(sent: ModelRequest, lacks: ReadonlySet<Feature>): readonly Feature[] {
    return [...featuresOf(sent), ...used(sent, lacks)].filter((feature) => !lacks.has(feature));
  }
};

/** What the calls of a model have shown about its server. */
class KnownServer {
  /** Replaced when it grows: a call keeps what it began with. */
  lacks: ReadonlySet<Feature>;
  /** What the server has accepted before: a vague refusal is not about these. */
  readonly #accepted = new Set<Feature>();

  constructor(private readonly options: AdaptOptions) {
    this.lacks = new Set(options.lacks);
  }

  /** The server has accepted a call with these, after it had refused others. */
  accept(features: readonly Feature[], refused: RefusedFeatures | undefined): void {
    for (const feature of features) this.#accepted.add(feature);
    for (const feature of refused?.proven ?? []) this.#remember(feature);
    for (const feature of refused?.unproven ?? []) this.options.logger.leftOut(this.#infoOf(feature));
  }

  /** Returns what a vague refusal may be about. */
  guessAmong(features: readonly Feature[]): Feature | undefined {
    return FEATURES.find((it) => features.includes(it) && !this.#accepted.has(it) && !NEVER_GUESSED.has(it));
  }

  #remember(feature: Feature): void {
    if (this.lacks.has(feature)) return;
    this.lacks = new Set(this.lacks).add(feature);
    this.options.logger.lacking(this.#infoOf(feature));
  }

  #infoOf(feature: Feature) {
    return { model: this.options.id, feature, without: FEATURE_FORMS[feature].without };
  }
}

/** What one call has left out since it was refused. */
class RefusedFeatures {
  readonly lacks: Set<Feature>;
  readonly #named: Feature[] = [];
  readonly #guesses: Feature[] = [];

  constructor(lacks: ReadonlySet<Feature>) {
    this.lacks = new Set(lacks);
  }

  /** Those that are refused for certain once the call is accepted: of several guesses, the last one helped. */
  get proven(): readonly Feature[] {
    return [...this.#named, ...this.#guesses.slice(-1)];
  }

  /** Those that were left out on a guess before. */
  get unproven(): readonly Feature[] {
    return this.#guesses.slice(0, -1);
  }

  /** Leaves out what the error refuses, or may refuse. False when it refuses nothing of the call. */
  add(error: unknown, features: readonly Feature[], server: KnownServer): boolean {
    const { named, isVague } = refusalOf(error, features);
    const guess = isVague && this.#guesses.length < MAX_GUESSES ? server.guessAmong(features) : undefined;
    if (named.length === 0 && guess === undefined) return false;
    this.#named.push(...named);
    if (guess !== undefined) this.#guesses.push(guess);
    for (const feature of [...named, ...(guess === undefined ? [] : [guess])]) this.lacks.add(feature);
    return true;
  }
}
