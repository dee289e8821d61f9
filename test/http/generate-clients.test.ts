import { afterAll, beforeAll, expect, test } from "bun:test";
import { fetchEventSource } from "@microsoft/fetch-event-source";
import { fakeBrowser } from "../support/fake-browser.ts";
import { startService, type TestService } from "../support/service.ts";
import { type WritingModel, writingModel } from "../support/writing-model.ts";

/** What clients of the contract do with a stream, written as their users would. */

let service: TestService<WritingModel>;
beforeAll(async () => {
  const note = '번은 SQL을 안다.\n\n```ts\nsql`select "1"`\n```';
  service = await startService({
    model: writingModel((form) => ({ note, title: "“번의 SQL”", tags: '["번"]', excerpt: undefined })[form]),
  });
});
afterAll(() => service.stop());

const request = {
  method: "POST",
  headers: { "content-type": "application/json", "x-user-id": "client" },
  body: JSON.stringify({ input_type: "text", content: "번은 SQL을 안다." }),
};

interface Til {
  day?: number;
  content: string;
  title?: string;
  excerpt?: string;
  tags?: readonly string[];
  success?: boolean;
}
interface Data {
  readonly day_number: number;
  readonly chunk: string;
  readonly title: string;
  readonly excerpt: string;
  readonly tags: readonly { readonly name: string }[];
  readonly success: boolean;
}

/** Applies an event to the form that it fills. */
const take = (til: Til, event: string, json: string): void => {
  const data = JSON.parse(json) as Data;
  if (event === "day_number") til.day = data.day_number;
  else if (event === "content_chunk") til.content += data.chunk;
  else if (event === "title") til.title = data.title;
  else if (event === "excerpt") til.excerpt = data.excerpt;
  else if (event === "tags") til.tags = data.tags.map(({ name }) => name);
  else if (event === "complete") til.success = data.success;
  else throw new Error(event);
};

const WHOLE: Til = {
  day: 1,
  content: '번은 SQL을 안다.\n\n```ts\nsql`select "1"`\n```',
  title: "번의 SQL",
  excerpt: "Bun reads SQL and keeps a pool.",
  tags: ["번"],
  success: true,
};

test("a fetch reader that splits on lines and remembers the last event line reads all of it", async () => {
  const til: Til = { content: "" };
  const response = await fetch(`${service.url}/api/v1/generate/stream`, request);
  const decoder = new TextDecoder();
  let rest = "";
  let event = "";
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("event: ")) event = line.slice("event: ".length);
      if (line.startsWith("data: ")) take(til, event, line.slice("data: ".length));
    }
  }
  expect(til).toEqual(WHOLE);
});

test("@microsoft/fetch-event-source reads all of it and receives no id to reconnect with", async () => {
  const til: Til = { content: "" };
  const restore = fakeBrowser();
  await fetchEventSource(`${service.url}/api/v1/generate/stream`, {
    ...request,
    openWhenHidden: true,
    fetch: globalThis.fetch,
    onmessage: ({ event, data, id }) => {
      expect(id).toBe("");
      if (data !== "") take(til, event, data);
    },
    onerror: (error) => {
      throw error;
    },
  }).finally(restore);
  expect(til).toEqual(WHOLE);
});
