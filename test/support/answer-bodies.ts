import fc from "fast-check";
import type { EventBody } from "../../src/domain/event.ts";

const id = fc.constantFrom("a", "b", "c", "d");
const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", '"\n\\', "👩‍👩‍👧", "가나다", '~image_result~{"image_id":"x"}'),
);
/** What tools and agents may say: any JSON, also numbers that JSON can write in several ways. */
const json = fc.jsonValue({ maxDepth: 2 });

/** Any event that an agent emits, in any order: calls without results, results without calls, ids used again. */
export const anyBody: fc.Arbitrary<EventBody> = fc.oneof(
  { weight: 6, arbitrary: text.map((delta): EventBody => ({ type: "token", payload: { delta } })) },
  { weight: 2, arbitrary: text.map((delta): EventBody => ({ type: "reasoning", payload: { delta } })) },
  fc
    .tuple(id, json)
    .map(
      ([tool_call_id, input]): EventBody => ({ type: "tool_start", payload: { tool_call_id, name: "look", input } }),
    ),
  id.map(
    (tool_call_id): EventBody => ({
      type: "tool_start",
      payload: { tool_call_id, name: "pay", input: { q: 1 }, approval: true },
    }),
  ),
  fc.tuple(id, json, fc.boolean()).map(
    ([tool_call_id, output, is_error]): EventBody => ({
      type: "tool_result",
      payload: { tool_call_id, name: "look", output, is_error },
    }),
  ),
  id.map(
    (tool_call_id): EventBody => ({
      type: "approval_resolved",
      payload: { tool_call_id, decision: "approve", input: { q: 2 }, message: null },
    }),
  ),
  id.map((image_id): EventBody => ({ type: "image_placeholder", payload: { image_id, alt: "A river" } })),
  id.map(
    (image_id): EventBody => ({
      type: "image_result",
      payload: { image_id, url: "/i", media_type: "image/png", width: 1, height: 2 },
    }),
  ),
  id.map((image_id): EventBody => ({ type: "image_result", payload: { image_id, error: "none" } })),
  text.map(
    (content): EventBody => ({ type: "sources", payload: { items: [{ content, metadata: { page: 1 }, score: 0.5 }] } }),
  ),
  json.map((output): EventBody => ({ type: "node_result", payload: { node: "n", output } })),
  fc.constant<EventBody>({
    type: "solve_progress",
    payload: { node: "n", stage: "s", status: "completed", message: "" },
  }),
  text.map((name): EventBody => ({ type: "custom", payload: { name, data: [name] } })),
);
