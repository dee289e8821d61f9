import { expect, test } from "bun:test";
import fc from "fast-check";
import { FEATURES, type Feature } from "../../src/models/capabilities/feature.ts";
import { featuresOf, reduced } from "../../src/models/capabilities/reduce.ts";
import { refusalOf } from "../../src/models/capabilities/refusal.ts";
import type { ModelMessage } from "../../src/models/contract.ts";
import { EmbeddingLimits } from "../../src/models/embedding/limits.ts";
import { failureOfStatus } from "../../src/models/failure.ts";

const context = { keyVariable: "KEY", now: () => 0 };
const features = fc.subarray([...FEATURES]);

test("any refusal is read, and names only what the call used", () => {
  const words = fc.constantFrom("tools", "system role", "not supported", "stream_options", "too long", "temperature");
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.array(words).map((all) => all.join(" ")),
  );
  fc.assert(
    fc.property(body, fc.constantFrom(400, 404, 422, 500, 503), features, (text, status, used) => {
      const { named } = refusalOf(failureOfStatus({ status, header: () => null, body: text }, context), used);
      expect(used).toEqual(expect.arrayContaining([...named]));
    }),
  );
});

const message: fc.Arbitrary<ModelMessage> = fc.oneof(
  fc.record({
    role: fc.constant("user" as const),
    content: fc.string(),
    images: fc.array(fc.webUrl(), { maxLength: 2 }),
  }),
  fc.record({
    role: fc.constant("assistant" as const),
    content: fc.string(),
    toolCalls: fc.array(fc.record({ id: fc.string(), name: fc.string(), input: fc.jsonValue() }), { maxLength: 2 }),
  }),
  fc.record({
    role: fc.constant("tool" as const),
    toolCallId: fc.string(),
    name: fc.string(),
    output: fc.jsonValue(),
    isError: fc.boolean(),
  }),
);

test("a reduced request uses nothing that is lacking, and no text of the user or the instructions is lost", () => {
  const lost: ReadonlySet<Feature> = new Set(["json_schema", "json_object"]);
  fc.assert(
    fc.property(fc.string(), fc.array(message), features, (system, messages, lacking) => {
      const lacks = new Set(lacking);
      const rest = reduced({ system, messages, tools: [], temperature: 1, seed: 1, stop: ["x"] }, lacks);
      expect(featuresOf(rest).filter((feature) => lacks.has(feature) && !lost.has(feature))).toEqual([]);
      const text = [rest.system, ...rest.messages.map((one) => ("content" in one ? one.content : ""))].join("\n");
      expect(text).toContain(system);
      for (const one of messages) if (one.role !== "tool") expect(text).toContain(one.content);
    }),
  );
});

test("for any limits of a server, every text gets its vector, in order", async () => {
  const limits = fc.record({ texts: fc.integer({ min: 1, max: 100 }), length: fc.integer({ min: 400, max: 6_000 }) });
  const lengths = fc.array(fc.integer({ min: 1, max: 8_000 }), { maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(limits, lengths, async ({ texts: most, length }, sizes) => {
      const refused = failureOfStatus({ status: 400, header: () => null, body: "too much" }, context);
      const call = async (texts: readonly string[]) => {
        if (texts.length > most || texts.some((text) => text.length > length)) throw refused;
        return texts.map((text) => [text.codePointAt(0) ?? 0]);
      };
      const texts = sizes.map((size, at) => String.fromCodePoint(0x4e00 + at).repeat(size));
      const embedding = new EmbeddingLimits(Number.POSITIVE_INFINITY, call, () => {});
      for (let time = 0; time < 2; time++) {
        const vectors = await embedding.embed(texts, "document", new AbortController().signal);
        expect(vectors).toEqual(texts.map((_, at) => [0x4e00 + at]));
      }
    }),
  );
});
