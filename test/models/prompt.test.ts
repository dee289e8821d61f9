import { describe, expect, test } from "bun:test";
import type { ModelMessage } from "../../src/models/contract.ts";
import { callOptions } from "../../src/models/prompt.ts";

const { signal } = new AbortController();
const promptOf = (...messages: ModelMessage[]) => callOptions("m", { system: "", messages, tools: [] }, signal).prompt;
const user = (content: string, ...images: string[]): ModelMessage => ({ role: "user", content, images });
const result = (toolCallId: string): ModelMessage => ({
  role: "tool",
  toolCallId,
  name: "f",
  output: undefined,
  isError: false,
});

describe("a prompt for the AI SDK", () => {
  test("leaves out an empty system prompt, an empty answer and empty text", () => {
    expect(
      promptOf(user("", "https://x/a"), { role: "assistant", content: "", toolCalls: [] }, user("hi")),
    ).toMatchObject([{ content: [{ type: "file" }] }, { content: [{ type: "text", text: "hi" }] }]);
  });

  test("sends the results of parallel calls together", () => {
    const prompt = promptOf(user("q"), result("a"), result("b"), user("q"), result("c"));
    expect(prompt.map(({ role, content }) => [role, content.length])).toEqual([
      ["user", 1],
      ["tool", 2],
      ["user", 1],
      ["tool", 1],
    ]);
    expect(prompt[3]?.content[0]).toMatchObject({ toolCallId: "c", output: { type: "json", value: null } });
  });

  test.each([
    ["https://x/a.PNG?size=2", "image/png"],
    ["http://x/a.webp", "image/webp"],
    ["https://x/photo", "image/jpeg"],
    ["data:image/gif;base64,R0lGODlhAQABAAAAACw=", "image/gif"],
    ["data:;base64,iVBORw0KGgo=", "image"],
  ])("tells the media type of %s", (image, mediaType) => {
    expect(promptOf(user("q", image))[0]?.content[1]).toMatchObject({ type: "file", mediaType });
  });
});
