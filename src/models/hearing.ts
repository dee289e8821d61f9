import type { Hear, ModelPart } from "./contract.ts";

/** Has parts heard that come one by one. A listener that throws ends them. */
export const hearAll = async (parts: AsyncIterable<ModelPart>, hear: Hear): Promise<void> => {
  for await (const part of parts) {
    const wait = hear(part);
    if (wait !== undefined) await wait;
  }
};

/** A listener that knows whether it has heard anything: until then a call can be made again, or another model asked. */
export class Listener {
  hasHeard = false;

  constructor(private readonly to: Hear) {}

  readonly hear: Hear = (part) => {
    this.hasHeard = true;
    return this.to(part);
  };
}
