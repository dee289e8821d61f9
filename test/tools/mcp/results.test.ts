import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { listedTools } from "../../../src/tools/mcp/listed-tools.ts";
import { outcomeOf } from "../../../src/tools/mcp/result.ts";
import { MAX_RESULT_CHARS } from "../../../src/tools/mcp/shortened.ts";
import { modelNameOf } from "../../../src/tools/mcp/tool-name.ts";

const text = (text: string) => ({ type: "text" as const, text });

const image = (mimeType: string, content: string) => ({
  type: "image" as const,
  data: Buffer.from(content).toString("base64"),
  mimeType,
});

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
      const shown = Number(/\[Shortened: these are the first (\d+) of/.exec(output)?.[1]);
      // JSON in a text has its quotes escaped, and is cut the earlier.
      expect(shown).toBeWithin(outcome === fromText ? MAX_RESULT_CHARS : MAX_RESULT_CHARS - 10, MAX_RESULT_CHARS + 1);
    }
  });

  test("is bounded by its size as JSON, with all its links and notes", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom('"', "\n", "\u0000", "\ud800", "a").map((unit) => text(unit.repeat(30_000))),
            fc.nat(30_000).map((length) => ({
              type: "resource_link" as const,
              uri: "file:///a",
              name: "n".repeat(length),
            })),
            fc.nat(30_000).map((length) => ({ type: "image" as const, data: "AA==", mimeType: "m".repeat(length) })),
            fc.constant({ type: "resource" as const, resource: { uri: "file:///b", blob: "AA==" } }),
          ),
          { maxLength: 300 },
        ),
        (content) => {
          const outcome = outcomeOf({ content });
          // `callTool` takes 20,000, and the addresses of 8 pictures come beside it.
          expect(JSON.stringify(outcome).length).toBeLessThan(19_000);
        },
      ),
      { numRuns: 50 },
    );
    const outcome = outcomeOf({ content: Array.from({ length: 5_000 }, () => image("image/tiff", "")) });
    expect(JSON.stringify(outcome)).toMatch(/[0-9]{4} more links and notes were left out/);
  });

  test("has no picture of another type than it declares, since SVG may contain scripts", () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><script>alert(1)</script></svg>';
    for (const type of ["image/png", "image/svg+xml"]) {
      expect(outcomeOf({ content: [image(type, svg)] })).toMatchObject({
        images: [],
        output: { notes: [expect.stringContaining(type)] },
      });
    }
  });

  test("that is an error has the tool's own message", () => {
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
  test("is the server's name and the tool's, where every provider accepts that", () => {
    expect(modelNameOf("orders", "get_order")).toBe("orders__get_order");
  });

  test("is always accepted by every provider, and differs from every other tool's", () => {
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
    expect(usable.length).toBe(1_000);
    expect(unusable).toEqual([
      { tool: "t1000", why: "the server has over 1000 tools; 1 more after this one are left out" },
    ]);
  });
});
