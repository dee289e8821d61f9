import { createParser, type EventSourceMessage } from "eventsource-parser";

/** Reads a stream: the events so far, and ways to wait for more. */
export interface SseReader {
  readonly events: readonly EventSourceMessage[];
  readonly comments: number;
  readonly text: string;
  /** Resolves with the first event, past or future, for which `fits` is true; rejects when the stream ends before. */
  until(fits: (event: EventSourceMessage) => boolean): Promise<EventSourceMessage>;
  /** Resolves once `count` events have arrived. */
  untilEvents(count: number): Promise<void>;
  /** Resolves once `count` comment frames have arrived. */
  untilComments(count: number): Promise<void>;
  /** Resolves with all events at the stream's end. */
  toEnd(): Promise<readonly EventSourceMessage[]>;
  /** Resolves when the stream is over, with whether the connection was cut instead of ended in order. */
  wasCut(): Promise<boolean>;
  /** Closes the connection, as a closed browser does. */
  leave(): Promise<void>;
}

export const readSse = (response: Response): SseReader => {
  const events: EventSourceMessage[] = [];
  let comments = 0;
  let text = "";
  let isOver = false;
  let wake = () => {};
  const change = () => new Promise<void>((resolve) => (wake = resolve));
  let changed = change();
  const announce = () => {
    const notify = wake;
    changed = change();
    notify();
  };
  const parser = createParser({ onEvent: (event) => events.push(event), onComment: () => comments++ });
  const reader = (response.body ?? new Response("").body)?.getReader();
  const decoder = new TextDecoder();
  const pump = async () => {
    try {
      for (;;) {
        const step = await reader?.read();
        if (step === undefined || step.done) break;
        const piece = decoder.decode(step.value, { stream: true });
        text += piece;
        parser.feed(piece);
        announce();
      }
    } finally {
      isOver = true;
      announce();
    }
  };
  const cut = pump().then(
    () => false,
    () => true,
  );
  const wait = async <T>(look: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (isOver) throw new Error(`the stream ended before; it said: ${text.slice(-500)}`);
      await changed;
    }
  };
  return {
    events,
    get comments() {
      return comments;
    },
    get text() {
      return text;
    },
    until: (fits) => wait(() => events.find(fits)),
    untilEvents: async (count) => void (await wait(() => (events.length >= count ? true : undefined))),
    untilComments: async (count) => void (await wait(() => (comments >= count ? true : undefined))),
    toEnd: async () => {
      await cut;
      return events;
    },
    wasCut: () => cut,
    leave: async () => void (await reader?.cancel()),
  };
};
