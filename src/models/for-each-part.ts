import { addUsage, NO_USAGE, type Usage } from "../domain/run.ts";
import type { ModelError, ModelPart, OnPart } from "./contract.ts";

/** Pushes each part to the callback. A callback that throws ends the iteration. */
export const forEachPart = async (parts: AsyncIterable<ModelPart>, onPart: OnPart): Promise<void> => {
  for await (const part of parts) {
    const wait = onPart(part);
    if (wait !== undefined) await wait;
  }
};

/**
 * A callback wrapper that records whether any part has been emitted: until then a call can be retried, or another model
 * called. The answer's usage includes what the attempts before have cost.
 */
export class PartSink {
  hasReceived = false;
  #spent: Usage | undefined;

  constructor(private readonly target: OnPart) {}

  readonly onPart: OnPart = (part) => {
    this.hasReceived = true;
    if (this.#spent === undefined || part.type !== "finish") return this.target(part);
    return this.target({ ...part, usage: addUsage(this.#spent, part.usage) });
  };

  /** Takes over what a failed attempt has cost. Its failure then says what all attempts have cost. */
  charge(failure: ModelError): void {
    if (this.#spent !== undefined) failure.usage = addUsage(this.#spent, failure.usage ?? NO_USAGE);
    this.#spent = failure.usage;
  }
}
