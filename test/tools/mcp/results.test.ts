import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { listedTools } from "../../../src/tools/mcp/listed-tools.ts";
import { outcomeOf } from "../../../src/tools/mcp/result.ts";
import { MAX_RESULT_CHARS } from "../../../src/tools/mcp/shortened.ts";
import { modelNameOf } from "../../../src/tools/mcp/tool-name.ts";

const text = (text: string) => ({ type: "text" as const, text });

describe("a result for the model", () => {
  test("is its structured content, else its text", () => {
    const both = outcomeOf({ content: [text("{}")], structuredContent: { a: 1 } });
    expect(both).toEqual({ isError: false, output: { a: 1 }, images: [] });
    expect(outcomeOf({ content: [text("a"), text("b")] })).toEqual({ isError: false, output: "a\n\nb", images: [] });
    expect(outcomeOf({ content: [] })).toEqual({ isError: false, output: "", images: [] });
  });

  test("that is too long is shortened, and says so", () => {
    const long = "여".repeat(2 * MAX_RESULT_CHARS);
    const fromText = outcomeOf({ content: [text(long)] });
    const fromJson = outcomeOf({ content: [], structuredContent: { long } });
    for (const outcome of [fromText, fromJson]) {
      const output = outcome.isError ? "" : (outcome.output as string);
      expect(output.length).toBeLessThan(MAX_RESULT_CHARS + 200);
      expect(output).toContain(`[Shortened: these are the first ${MAX_RESULT_CHARS} of`);
    }
  });

  test("that is an error is the tool's own words", () => {
    expect(outcomeOf({ content: [text("No such order.")], isError: true })).toEqual({
      isError: true,
      message: "No such order.",
    });
    expect(outcomeOf({ content: [], isError: true })).toMatchObject({ isError: true });
  });

  test("names its links, and notes what was left out", () => {
    const outcome = outcomeOf({
      content: [
        text("See:"),
        { type: "resource_link", uri: "file:///a.csv", name: "a", mimeType: "text/csv" },
        { type: "resource", resource: { uri: "file:///b", text: "b's text" } },
        { type: "audio", data: "AAAA", mimeType: "audio/wav" },
        { type: "image", data: "bm9uZQ==", mimeType: "image/png" },
      ],
    });
    expect(outcome).toMatchObject({
      output: {
        result: "See:\n\nb's text",
        links: [{ uri: "file:///a.csv", name: "a", mimeType: "text/csv" }],
        notes: ["Content of the type audio was left out.", expect.stringContaining("image/png")],
      },
      images: [],
    });
  });
});

describe("a tool's name for models", () => {
  test("is the server's and the tool's, where every provider takes that", () => {
    expect(modelNameOf("orders", "get_order")).toBe("orders__get_order");
  });

  test("is always one that every provider takes, and another tool's is another", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (one, other) => {
        expect(modelNameOf("s", one)).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
        expect(modelNameOf("s", one) === modelNameOf("s", other)).toBe(one === other);
      }),
    );
  });
});

describe("a server's tools", () => {
  const tool = (name: string, inputSchema: object) => ({
    name,
    inputSchema: { type: "object", ...inputSchema } as never,
  });

  test("whose schema is no JSON Schema, or too long, are left out with the reason", () => {
    const { usable, unusable } = listedTools([
      tool("good", { properties: { a: { type: "string" } } }),
      tool("bad", { properties: { a: { type: "text" } } }),
      tool("long", { description: "x".repeat(40_000) }),
    ]);
    expect(usable.map(({ name }) => name)).toEqual(["good"]);
    expect(unusable).toEqual([
      { tool: "bad", why: expect.stringContaining("no JSON Schema") },
      { tool: "long", why: expect.stringContaining("longer than") },
    ]);
  });

  test("past the first thousand are left out", () => {
    const { usable, unusable } = listedTools(Array.from({ length: 1_002 }, (_, at) => tool(`t${at}`, {})));
    expect([usable.length, unusable.length]).toEqual([1_000, 2]);
  });
});
