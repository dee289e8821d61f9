import { expect, test } from "bun:test";
import fc from "fast-check";
import { UnreadableError } from "../../src/domain/unreadable.ts";
import { callTool } from "../../src/tools/call-tool.ts";
import { fetchPageTool } from "../../src/tools/fetch-page.ts";
import { finish, toolContext } from "../support/tool-context.ts";

const never = (error: unknown): never => {
  throw error;
};
const fetches = (text: string) => {
  const tool = fetchPageTool(async (url) => {
    if (url.includes("10.0.0.1")) throw new UnreadableError("forbidden_address", "The address is not public.");
    return { url: `${url}/`, title: "A page", text };
  });
  return async (input: unknown) =>
    (await finish(callTool([tool], { name: "fetch_page", input }, toolContext(), never))).value;
};

test("a page is returned with its address, title and text", async () => {
  expect(await fetches("Hello.")({ url: "https://example.com" })).toEqual({
    output: { url: "https://example.com/", title: "A page", text: "Hello." },
    isError: false,
  });
});

test("the model reads why a page must not or cannot be fetched", async () => {
  expect(await fetches("")({ url: "http://10.0.0.1" })).toEqual({
    output: { error: "The address is not public." },
    isError: true,
  });
});

test("the parts of any page are within what a tool may return, and together they are the page", async () => {
  const piece = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom('"', "\n", "\u0001", "🎉", "가"));
  const page = fc.tuple(piece, fc.integer({ min: 0, max: 40_000 })).map(([text, length]) =>
    text === ""
      ? ""
      : text
          .repeat(Math.ceil(length / text.length))
          .toWellFormed()
          .replaceAll("\0", "0"),
  );
  await fc.assert(
    fc.asyncProperty(page, async (text) => {
      const fetch = fetches(text);
      let read = "";
      let from: number | undefined = 0;
      while (from !== undefined) {
        const { output, isError } = await fetch({ url: "https://example.com", from });
        expect(isError).toBe(false);
        const part = output as { readonly text: string; readonly next?: number };
        expect(part.text.isWellFormed()).toBe(true);
        read += part.text;
        expect(part.next ?? Number.POSITIVE_INFINITY).toBeGreaterThan(from);
        from = part.next;
      }
      expect(read).toBe(text);
    }),
    { numRuns: 40 },
  );
});
