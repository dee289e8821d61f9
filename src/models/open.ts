import type { System } from "../domain/system.ts";
import { postBySockets } from "../upstream/client.ts";
import type { Post } from "../upstream/contract.ts";
import { withContinuation } from "./continuation.ts";
import type { Model } from "./contract.ts";
import { withFallback } from "./fallback.ts";
import type { ModelLogger } from "./logger.ts";
import { idOf, type OpenRequest, type Provider, type Settings } from "./providers/contract.ts";
import { providerNamed } from "./providers/index.ts";
import { withRetry } from "./retry.ts";
import type { ModelSpec } from "./spec.ts";

export interface ModelOptions {
  /** The values set for each provider's variables, by the provider's name. A provider without any may be omitted. */
  readonly providers: Readonly<Record<string, Settings>>;
  /** Sends the calls of the chat-completions API. Defaults to shared sockets. */
  readonly post?: Post;
  /** The model that needs no provider. When omitted, `builtin` is refused. */
  readonly builtin?: () => Model;
  readonly system: System;
  readonly logger: ModelLogger;
}

/**
 * Returns the model that the specs name: each retried, several tried in order. Reads no environment: every value that
 * the AI SDK would read from it is passed in. Rejects with an Error that names the variable when a provider's settings
 * are incomplete, which the configuration has ruled out. `open` opens one of them.
 */
export const modelFrom = async (
  specs: readonly ModelSpec[],
  options: ModelOptions,
  open = openOne(options),
): Promise<Model> => {
  const [first, ...others] = await Promise.all(specs.map(open));
  if (first === undefined) throw new Error("MODEL must name a model: it is empty.");
  return others.length === 0 ? first : withFallback([first, ...others], options.logger);
};

/**
 * Returns a function that opens a model once, whichever lists name it: what a model has learnt about its server, such as
 * what that refuses, holds for all of them.
 */
export const openOne = (options: ModelOptions): ((spec: ModelSpec) => Promise<Model>) => {
  const opened = new Map<string, Promise<Model>>();
  const open = async (provider: Provider, model: string): Promise<Model> =>
    withContinuation(withRetry(await provider.open(openRequestOf(provider, model, options)), options));
  return ({ provider: name, model }) => {
    const provider = providerNamed(name);
    const id = idOf(provider, model);
    const one = opened.get(id) ?? open(provider, model);
    opened.set(id, one);
    return one;
  };
};

/** Returns what the provider opens that model with. */
export const openRequestOf = (
  provider: Provider,
  model: string,
  { providers, post = postBySockets(), builtin, system, logger }: ModelOptions,
): OpenRequest => {
  const settings = providers[provider.name] ?? {};
  // Of several secrets, the one that is set: it is the one that a server may refuse.
  const secrets = Object.entries(provider.variables).filter(([, { holds }]) => holds.startsWith("secret"));
  const [, key] = secrets.find(([name]) => settings[name] !== undefined) ?? secrets[0] ?? [];
  return {
    id: idOf(provider, model),
    model,
    settings,
    failureContext: { keyVariable: key?.name ?? "MODEL", now: () => system.now() },
    post,
    builtin: builtin ?? null,
    system,
    logger,
  };
};
