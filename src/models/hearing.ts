import type { Hear, ModelPart } from "./contract.ts";

/** Pushes each part to the callback. A callback that throws ends the iteration. */
export const hearAll = async (parts: AsyncIterable<ModelPart>, hear: Hear): Promise<void> => {
  for await (const part of parts) {
    const wait = hear(part);
    if (wait !== undefined) await wait;
  }
};

/**
 * A callback wrapper that records whether any part has been emitted: until then a call can be retried, or another model
 * called.
 */
export class Listener {
  hasHeard = false;

  constructor(private readonly to: Hear) {}

  readonly hear: Hear = (part) => {
    this.hasHeard = true;
    return this.to(part);
  };
}
