import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { fetchEventSource } from "@microsoft/fetch-event-source";
import { EventSource } from "eventsource";
import { fakeBrowser } from "../support/fake-browser.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";

/** What clients of the contracts do with a stream, written as their users would. */

let service: TestService<ScriptedModel>;
beforeAll(async () => {
  service = await startService({ env: { HEARTBEAT_INTERVAL: "20ms" } });
  await service.post("/api/v1/documents", { title: "인사", content: "인사는 안녕이다." });
});
afterAll(() => service.stop());

interface Seen {
  readonly type: string;
  readonly content?: string;
}

const WORDS = ["안녕하세요.\n", '"Good" ', "day. 🎉"];
const WHOLE: readonly Seen[] = [...WORDS.map((content) => ({ type: "token", content })), { type: "done" }];

/** What a client has received, and a way to wait for more. */
class Inbox {
  readonly seen: Seen[] = [];
  /** Messages without data. */
  beats = 0;
  #wake = Promise.withResolvers<void>();

  take(data: string): Seen {
    const { type, content } = JSON.parse(data) as Seen;
    const event = content === undefined ? { type } : { type, content };
    this.seen.push(event);
    this.#ring();
    return event;
  }

  beat(): void {
    this.beats++;
    this.#ring();
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.#wake.promise;
  }

  #ring(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }
}

/** Drives the model: one word at a time, each after the client has received the previous one. */
const answer = async (inbox: Inbox, mayEnd = () => true): Promise<void> => {
  const call = await service.model.nextCall();
  for (const word of WORDS) {
    call.emit({ type: "text", delta: word });
    await inbox.until(() => inbox.seen.at(-1)?.content === word);
  }
  await inbox.until(mayEnd);
  call.finish();
};

describe("GET /ask", () => {
  const url = (question: string) => `${service.url}/ask?${new URLSearchParams({ question })}`;

  test("is read by EventSource: onmessage until done, then close", async () => {
    const inbox = new Inbox();
    const source = new EventSource(url("안녕?"));
    const closed = new Promise<void>((resolve, reject) => {
      source.onmessage = ({ data, lastEventId }) => {
        expect(lastEventId).toMatch(/^[0-9a-f-]{36}:\d+$/);
        const { type } = inbox.take(data);
        if (type !== "done" && type !== "error") return;
        source.close();
        resolve();
      };
      source.onerror = ({ code, message }) => reject(new Error(`${code}: ${message}`));
    });
    await answer(inbox);
    await closed;
    expect(inbox.seen).toEqual([...WHOLE]);
  });

  test("reports a missing question to an EventSource in the stream", async () => {
    const source = new EventSource(url("  "));
    const data = await new Promise<string>((resolve) => {
      source.onmessage = (event) => resolve(event.data);
    });
    source.close();
    expect(JSON.parse(data)).toEqual({ type: "error", message: "Please ask a question." });
  });
});

const posted: readonly { readonly path: string; readonly whole: Seen[] }[] = [
  { path: "/ask", whole: [...WHOLE] },
  { path: "/rag", whole: [{ type: "sources" }, ...WHOLE] },
];
describe.each(posted)("POST $path", ({ path, whole }) => {
  const request = { method: "POST", headers: { "content-type": "application/json" } };

  test("is read by a fetch reader that splits on lines", async () => {
    const inbox = new Inbox();
    const body = JSON.stringify({ question: "안녕?" });
    const response = await fetch(service.url + path, { ...request, body });
    const answering = answer(inbox);
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of response.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.startsWith("data: ")) inbox.take(line.slice("data: ".length));
    }
    await answering;
    expect(inbox.seen).toEqual(whole);
  });

  test("is read by @microsoft/fetch-event-source, to which each heartbeat is a message without data", async () => {
    const inbox = new Inbox();
    const restore = fakeBrowser();
    const reading = fetchEventSource(service.url + path, {
      ...request,
      body: JSON.stringify({ question: "안녕?" }),
      openWhenHidden: true,
      fetch: globalThis.fetch,
      onmessage: ({ data, event, id }) => {
        expect([event, id]).toEqual(["", ""]);
        if (data === "") inbox.beat();
        else inbox.take(data);
      },
      onerror: (error) => {
        throw error;
      },
    });
    await answer(inbox, () => inbox.beats > 2);
    await reading;
    restore();
    expect(inbox.seen).toEqual(whole);
  });
});
