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
 * when the call without it has been accepted, as are those that were left out of that call on a guess; when it fails too, its failure is thrown and nothing is remembered. Each
 * try leaves out one feature more, so it ends.
 */
export const adaptive = ({ id, logger, used, send, lacks: initial }: AdaptOptions): Model["answer"] => {
  const known = new Set<Feature>(initial);
  /** What the server has accepted before: a vague refusal is not about these. */
  const accepted = new Set<Feature>();
  const infoOf = (feature: Feature) => ({ model: id, feature, without: FEATURE_FORMS[feature].without });
  const remember = (feature: Feature): void => {
    if (known.has(feature)) return;
    known.add(feature);
    logger.lacking(infoOf(feature));
  };
  return async (given, context, onPart) => {
    const request = ownState(given, id);
    const lacks = new Set(known);
    const named: Feature[] = [];
    const guesses: Feature[] = [];
    for (;;) {
      const sent = reduced(request, lacks);
      const features = [...featuresOf(sent), ...used(sent, lacks)].filter((feature) => !lacks.has(feature));
      const sink = new PartSink(onPart);
      try {
        await send(sent, context, sink.onPart, lacks);
        settle(features);
        return;
      } catch (error) {
        if (sink.hasReceived) settle(features);
        if (sink.hasReceived || context.signal.aborted) throw error;
        const { named: refused, isVague } = refusalOf(error, features);
        const guess = isVague && guesses.length < MAX_GUESSES ? guessAmong(features) : undefined;
        if (refused.length === 0 && guess === undefined) throw error;
        named.push(...refused);
        if (guess !== undefined) guesses.push(guess);
        for (const feature of [...refused, ...(guess === undefined ? [] : [guess])]) lacks.add(feature);
      }
    }

    function guessAmong(features: readonly Feature[]): Feature | undefined {
      return FEATURES.find((it) => features.includes(it) && !accepted.has(it) && !NEVER_GUESSED.has(it));
    }
    /** The server has accepted a call with these. Of several guesses the last was the one that helped. */
    function settle(features: readonly Feature[]): void {
      for (const feature of features) accepted.add(feature);
      for (const feature of [...named, ...guesses.slice(-1)]) remember(feature);
      for (const feature of guesses.slice(0, -1)) logger.leftOut(infoOf(feature));
    }
  };
};
