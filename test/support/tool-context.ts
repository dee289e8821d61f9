import type { EventBody } from "../../src/domain/event.ts";
import type { Locale } from "../../src/domain/run.ts";
import { realSystem } from "../../src/domain/system.ts";
import type { NewImage, ToolContext } from "../../src/tools/contract.ts";

/** A tool's context that keeps the pictures it is given. */
export const toolContext = (
  options: { readonly signal?: AbortSignal; readonly locale?: Locale } = {},
): ToolContext & { readonly images: readonly NewImage[] } => {
  const images: NewImage[] = [];
  return {
    signal: options.signal ?? new AbortController().signal,
    locale: options.locale ?? "en",
    system: realSystem,
    images,
    saveImage: async (image) => {
      images.push(image);
      return `images/${image.imageId}`;
    },
  };
};

/** Runs a generator to its end: what it said, and what it returned. */
export const finish = async <T>(
  generator: AsyncGenerator<EventBody, T, void>,
): Promise<{ readonly events: readonly EventBody[]; readonly value: T }> => {
  const events: EventBody[] = [];
  for (;;) {
    const step = await generator.next();
    if (step.done === true) return { events, value: step.value };
    events.push(step.value);
  }
};
