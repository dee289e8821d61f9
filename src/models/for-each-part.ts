import type { ModelPart, OnPart } from "./contract.ts";

/** Pushes each part to the callback. A callback that throws ends the iteration. */
export const forEachPart = async (parts: AsyncIterable<ModelPart>, onPart: OnPart): Promise<void> => {
  for await (const part of parts) {
    const wait = onPart(part);
    if (wait !== undefined) await wait;
  }
};

/**
 * A callback wrapper that records whether any part has been emitted: until then a call can be retried, or another model
 * called.
 */
export class PartSink {
  hasReceived = false;

  constructor(private readonly target: OnPart) {}

  readonly onPart: OnPart = (part) => {
    this.hasReceived = true;
    return this.target(part);
  };
}
