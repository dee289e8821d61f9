import fc from "fast-check";
import type { EventBody } from "../../src/domain/event.ts";

const words = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom("여울 ", "🎉", "a\r\n\n", '"\\', "\ud83c", "\udf89", "\0"),
);
/** Only a few ids, so that calls and pictures meet their results, and ids are reused. */
const id = fc.constantFrom("c1", "c2", "c3");
const json = fc.jsonValue({ maxDepth: 2 });
const source = fc.record({
  content: words,
  metadata: fc.dictionary(fc.constantFrom("title", "page"), json),
  score: fc.constantFrom(0, 0.5, 1),
});
const table = fc.record({ columns: fc.constant(["a"]), rows: fc.array(fc.tuple(words), { maxLength: 2 }) });
const chart = fc.constant({ type: "bar" as const, labels: ["x"], series: [{ name: "s", data: [1, null] }] });

const eventOf = <T extends EventBody["type"]>(type: T, payload: fc.Arbitrary<unknown>) =>
  payload.map((payload) => ({ type, payload: payload }) as unknown as EventBody);

/** Events that an agent may emit, in any order, even events that no agent of this service emits. */
const outputEvent: fc.Arbitrary<EventBody> = fc.oneof(
  { arbitrary: eventOf("token", fc.record({ delta: words })), weight: 4 },
  { arbitrary: eventOf("reasoning", fc.record({ delta: words })), weight: 2 },
  eventOf("tool_start", fc.record({ tool_call_id: id, name: fc.constantFrom("calculate", "plot"), input: json })),
  eventOf(
    "tool_result",
    fc.record({ tool_call_id: id, name: fc.constant("calculate"), output: json, is_error: fc.boolean() }),
  ),
  eventOf("image_placeholder", fc.record({ image_id: id, alt: words })),
  eventOf("image_result", fc.record({ image_id: id, error: words })),
  eventOf(
    "image_result",
    fc.record({
      ...{ image_id: id, url: fc.constant("api/v1/images/1"), media_type: fc.constant("image/svg+xml") },
      ...{ width: fc.nat(9), height: fc.nat(9) },
    }),
  ),
  eventOf("sources", fc.record({ items: fc.array(source, { maxLength: 2 }) })),
  eventOf("node_result", fc.record({ node: fc.constant("n"), output: fc.oneof(json, fc.record({ table, chart })) })),
  eventOf(
    "solve_progress",
    fc.record({ node: fc.constant("n"), stage: words, status: fc.constant("completed"), message: words }),
  ),
);

export const outputEvents = fc.array(outputEvent, { maxLength: 30 });
