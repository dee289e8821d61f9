import type { Producer } from "../../src/agents/contract.ts";
import type { EventBody } from "../../src/domain/event.ts";
import type { Locale } from "../../src/domain/run.ts";
import { realSystem } from "../../src/domain/system.ts";
import { Citations } from "../../src/tools/citations.ts";
import type { NewImage, ToolCallContext } from "../../src/tools/contract.ts";

/** A tool's context that collects the pictures it receives. */
export const toolContext = (
  options: { readonly signal?: AbortSignal; readonly locale?: Locale; readonly collections?: readonly string[] } = {},
): ToolCallContext & { readonly images: readonly NewImage[] } => {
  const images: NewImage[] = [];
  return {
    userId: "u",
    toolCallId: "c1",
    idempotencyKey: "r:c1",
    signal: options.signal ?? new AbortController().signal,
    locale: options.locale ?? "en",
    system: realSystem,
    collections: options.collections ?? null,
    citations: new Citations(),
    images,
    saveImage: async (image) => {
      images.push(image);
      return `images/${image.imageId}`;
    },
  };
};

/** Runs a generator to its end. Returns what it yielded and what it returned. */
export const finish = async <T>(
  generator: AsyncGenerator<EventBody | Producer, T, void>,
): Promise<{ readonly events: readonly EventBody[]; readonly value: T }> => {
  const events: EventBody[] = [];
  let step = await generator.next();
  while (step.done !== true) {
    const result = step.value;
    try {
      if (typeof result === "function") await result((event) => void events.push(event));
      else events.push(result);
    } catch (thrown) {
      step = await generator.throw(thrown);
      continue;
    }
    step = await generator.next();
  }
  return { events, value: step.value };
};
