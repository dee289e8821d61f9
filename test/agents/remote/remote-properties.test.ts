import { expect, test } from "bun:test";
import { EventSchemas } from "@ag-ui/core/schemas";
import fc from "fast-check";
import type { AgUiEvent } from "../../support/ag-ui-agent.ts";
import { payloadsOf } from "../../support/native-events.ts";
import { FINISHED, frameOf, readPieces, STARTED, textIn } from "../../support/remote-read.ts";

/** A part of a run as it is meant, and the events that say it. */
interface Part {
  readonly text?: string;
  readonly reasoning?: string;
  readonly call?: { readonly name: string; readonly input: unknown; readonly output?: string };
  readonly custom?: unknown;
  readonly events: readonly AgUiEvent[];
}

const word = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" });
/** Cuts a text anywhere, between UTF-16 units too. */
const cutIn = (text: string) =>
  fc.array(fc.nat(text.length), { maxLength: 4 }).map((at) => {
    const cuts = [0, ...at.toSorted((a, b) => a - b), text.length];
    return cuts.slice(1).map((cut, index) => text.slice(cuts[index], cut));
  });
const pieces = word.chain(cutIn);
/** As it arrives: JSON knows no -0. */
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const input = fc.dictionary(fc.constantFrom("a", "b"), json, { maxKeys: 2 });

const message: fc.Arbitrary<Part> = fc.tuple(fc.uuid(), pieces, fc.boolean()).map(([messageId, deltas, isChunked]) => ({
  text: deltas.join(""),
  events: isChunked
    ? deltas.map((delta, at) => ({
        type: "TEXT_MESSAGE_CHUNK",
        ...(at === 0 && { messageId, role: "assistant" }),
        delta,
      }))
    : [
        { type: "TEXT_MESSAGE_START", messageId, role: "assistant" },
        ...deltas.map((delta): AgUiEvent => ({ type: "TEXT_MESSAGE_CONTENT", messageId, delta })),
        { type: "TEXT_MESSAGE_END", messageId },
      ],
}));

const call: fc.Arbitrary<Part> = fc
  .record({ id: fc.uuid(), name: word, input, isChunked: fc.boolean(), output: fc.option(word, { nil: undefined }) })
  .chain((given) => cutIn(JSON.stringify(given.input)).map((deltas) => ({ ...given, deltas })))
  .map(({ id: toolCallId, name: toolCallName, input, isChunked, output, deltas }) => {
    const begun: readonly AgUiEvent[] = isChunked
      ? deltas.map((delta) => ({ type: "TOOL_CALL_CHUNK", toolCallId, toolCallName, delta }))
      : [
          { type: "TOOL_CALL_START", toolCallId, toolCallName },
          ...deltas.map((delta): AgUiEvent => ({ type: "TOOL_CALL_ARGS", toolCallId, delta })),
          { type: "TOOL_CALL_END", toolCallId },
        ];
    const result: AgUiEvent = { type: "TOOL_CALL_RESULT", messageId: `${toolCallId}r`, toolCallId, content: output };
    return {
      call: { name: toolCallName, input, ...(output !== undefined && { output }) },
      events: output === undefined ? begun : [...begun, result],
    };
  });

const reasoning: fc.Arbitrary<Part> = fc.tuple(fc.uuid(), pieces).map(([messageId, deltas]) => ({
  reasoning: deltas.join(""),
  events: [
    { type: "REASONING_START", messageId },
    { type: "REASONING_MESSAGE_START", messageId, role: "reasoning" },
    ...deltas.map((delta): AgUiEvent => ({ type: "REASONING_MESSAGE_CONTENT", messageId, delta })),
    { type: "REASONING_MESSAGE_END", messageId },
    { type: "REASONING_END", messageId },
  ],
}));

const custom: fc.Arbitrary<Part> = json.map((value) => ({
  custom: value,
  events: [{ type: "CUSTOM", name: "said", value }],
}));

const other: fc.Arbitrary<Part> = fc.constantFrom<Part>(
  { events: [{ type: "RAW", event: { type: "TEXT_MESSAGE_CONTENT" } }] },
  { events: [{ type: "MESSAGES_SNAPSHOT", messages: [] }] },
);

const run = fc
  .array(fc.oneof(message, call, reasoning, custom, other), { maxLength: 12 })
  .map((parts) => ({ parts, events: [STARTED, ...parts.flatMap(({ events }) => events), FINISHED] }));

const wire = (events: readonly unknown[]): string => events.map(frameOf).join(": ping\n\n");
const defined = <T>(values: readonly (T | undefined)[]): readonly T[] => values.filter((value) => value !== undefined);

test("any run, cut anywhere, gives the events that the agent sent", async () => {
  await fc.assert(
    fc.asyncProperty(
      run.chain((given) => cutIn(wire(given.events)).map((arriving) => ({ ...given, arriving }))),
      async ({ parts, events: sent, arriving }) => {
        for (const event of sent) EventSchemas.parse(event);
        const { events, failure, notes } = await readPieces(arriving);
        expect([failure, notes]).toEqual([undefined, []]);
        expect(textIn(events)).toBe(defined(parts.map(({ text }) => text || undefined)).join("\n\n"));
        expect(
          payloadsOf(events, "reasoning")
            .map(({ delta }) => delta)
            .join(""),
        ).toBe(parts.map(({ reasoning = "" }) => reasoning).join(""));
        const calls = defined(parts.map((part) => part.call));
        expect(payloadsOf(events, "tool_start").map(({ name, input }) => ({ name, input }))).toEqual(
          calls.map(({ name, input }) => ({ name, input })),
        );
        expect(payloadsOf(events, "tool_result").length).toBe(
          calls.filter(({ output }) => output !== undefined).length,
        );
        expect(payloadsOf(events, "custom").map(({ data }) => data)).toEqual(
          parts.flatMap((part) => ("custom" in part ? [part.custom] : [])),
        );
      },
    ),
    { numRuns: 200 },
  );
});

test("a run that is cut off gives a prefix of its complete text, and fails", async () => {
  await fc.assert(
    fc.asyncProperty(
      run,
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      async ({ events: sent }, at) => {
        const whole = await readPieces([wire(sent)]);
        const stream = wire(sent);
        // Without the blank line that completes the last event.
        const cut = await readPieces([stream.slice(0, Math.floor(at * (stream.length - 2)))]);
        expect(cut.failure?.message).toBe("The agent's answer ended before it was complete.");
        // By UTF-16 units: the cut may leave half a character, which the journal mends.
        const shown = textIn(cut.events);
        expect(textIn(whole.events).slice(0, shown.length)).toBe(shown);
        expect(whole.events.slice(0, cut.events.length).map(({ type }) => type)).toEqual(
          cut.events.map(({ type }) => type),
        );
      },
    ),
    { numRuns: 200 },
  );
});

const anyEvent = fc.oneof(
  run.chain(({ events }) => fc.constantFrom(...events)),
  fc.jsonValue(),
  fc.string(),
  fc.record({
    type: fc.oneof(fc.constantFrom("TEXT_MESSAGE_END", "TOOL_CALL_ARGS", "STEP_FINISHED", "RUN_STARTED"), fc.string()),
    messageId: fc.oneof(fc.constantFrom("a", "b"), fc.jsonValue()),
    toolCallId: fc.oneof(fc.constantFrom("a", "b"), fc.jsonValue()),
    delta: fc.jsonValue(),
  }),
);

test("whatever arrives, calls begin once and end once, and no event is emitted that only the engine may emit", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { maxLength: 20 }), async (events) => {
      const read = await readPieces(events.map(frameOf));
      const types = new Set(read.events.map(({ type }) => type));
      for (const type of ["page_start", "credit_settled", "done", "error"] as const)
        expect(types.has(type)).toBe(false);
      const begun = payloadsOf(read.events, "tool_start").map(({ tool_call_id }) => tool_call_id);
      const ended = payloadsOf(read.events, "tool_result").map(({ tool_call_id }) => tool_call_id);
      expect(new Set(begun).size).toBe(begun.length);
      expect(new Set(ended).size).toBe(ended.length);
      expect(ended.filter((id) => !begun.includes(id))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
