import { expect } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import type { EventSourceMessage } from "eventsource-parser";
import { type EventBody, type EventType, type Payload, payloads } from "../../src/domain/event.ts";

/** An event in the native envelope. */
export type NativeEvent = EventBody & {
  readonly thread_id: string;
  readonly run_id: string;
  readonly seq: number;
  readonly at: string;
};

const KEYS = ["type", "thread_id", "run_id", "seq", "at", "payload"];

/**
 * Reads frames of the native envelope, and checks each against the contract: its keys, its id, its event name, its
 * time, and its payload's schema without extra keys.
 */
export const nativeEvents = (frames: readonly EventSourceMessage[]): readonly NativeEvent[] =>
  frames.map(({ id, event, data }) => {
    const parsed = JSON.parse(data) as NativeEvent;
    expect(Object.keys(parsed)).toEqual(KEYS);
    expect(id).toBe(`${parsed.thread_id}:${parsed.seq}`);
    expect(event).toBe(parsed.type);
    expect(new Date(parsed.at).toISOString()).toBe(parsed.at);
    const schema = payloads[parsed.type];
    expect([...Value.Errors(schema, parsed.payload)]).toEqual([]);
    expect(Value.Clean(schema, structuredClone(parsed.payload))).toEqual(parsed.payload);
    return parsed;
  });

/** Returns the payloads of one type, in order. */
export const payloadsOf = <T extends EventType>(events: readonly EventBody[], type: T): readonly Payload<T>[] =>
  events.flatMap((event) => (event.type === type ? [event.payload as Payload<T>] : []));

export const seqs = (events: readonly NativeEvent[]): readonly number[] => events.map(({ seq }) => seq);

/** `first`, `first + 1`, … `last`. */
export const range = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
