import { type SQL, sql } from "drizzle-orm";
import type { Append } from "./log/contract.ts";

/**
 * Many rows as a few parameters, one per column. A statement's text is then the same for any number of rows (it is
 * rendered once and prepared once), and a row costs JavaScript almost nothing. Every parameter is text that the server
 * casts, so that the encoding of arrays does not depend on the driver.
 */
export type Columns = Readonly<Record<string, string>>;

/**
 * Separates the texts of a column, which are JSON or ids: a control character that JSON never contains outside an
 * escape (RFC 8259 §7), and that no user's or thread's id may contain.
 */
export const RECORD_SEPARATOR = "\x1e";

/** Any texts, and nulls, as a set of rows. */
export const texts = (values: readonly (string | null)[]): SQL =>
  sql`json_array_elements_text(${JSON.stringify(values)}::json)`;

export const anyTexts = (name: string): SQL => sql`json_array_elements_text(${sql.placeholder(name)}::json)`;
export const separated = (name: string): SQL =>
  sql`string_to_table(${sql.placeholder(name)}::text, ${sql.raw("E'\\x1e'")})`;
/** Numbers, or words of our own that need no quotes. */
export const plain = (name: string, type: "int" | "bigint" | "text"): SQL =>
  sql`unnest(${sql.placeholder(name)}::text::${sql.raw(type)}[])`;
export const array = (values: readonly (number | string)[]): string => `{${values.join(",")}}`;

/**
 * A condition that all rows meet but that the planner estimates to be selective. It estimates such a set at a hundred
 * rows, or a thousand, and would rather read a whole table than look up so many.
 */
export const FEW = sql`place % 1 = 0`;

/**
 * The requests to write: one row per item of the batch, with `place` counting from 1. `after` is the event that must be
 * in the log before the written ones can follow it.
 */
export const requestRows = sql`
  rows from (
    ${separated("requestKeys")}, ${separated("requestRuns")}, ${plain("requestEpochs", "int")}, ${plain("requestAfters", "int")}
  ) with ordinality as request (thread_key, run_id, epoch, after, place)`;

export const requestColumns = (batch: readonly Append[]): Columns => ({
  requestKeys: batch.map(({ fence }) => fence.threadKey).join(RECORD_SEPARATOR),
  requestRuns: batch.map(({ fence }) => fence.runId).join(RECORD_SEPARATOR),
  requestEpochs: array(batch.map(({ fence }) => fence.epoch)),
  requestAfters: array(
    batch.map(({ events, checkpoints, rounds }) => {
      // A checkpoint, or a round, follows the event of its own seq.
      return events[0] === undefined ? ((checkpoints[0] ?? rounds?.[0])?.seq ?? 0) : events[0].seq - 1;
    }),
  ),
});

/** The batch's events; `place` identifies the item that each belongs to. */
export const eventRows = sql`
  rows from (
    ${plain("eventPlaces", "int")}, ${plain("eventSeqs", "int")}, ${plain("eventTimes", "bigint")},
    ${plain("eventTypes", "text")}, ${separated("eventPayloads")}
  ) as event (place, seq, at, type, payload)`;

export const eventColumns = (batch: readonly Pick<Append, "events">[]): Columns => {
  const places: number[] = [];
  const seqs: number[] = [];
  const times: number[] = [];
  const types: string[] = [];
  const payloads: string[] = [];
  let place = 0;
  for (const { events } of batch) {
    place++;
    for (const event of events) {
      places.push(place);
      seqs.push(event.seq);
      times.push(event.at);
      types.push(event.type);
      payloads.push(event.json);
    }
  }
  return {
    eventPlaces: array(places),
    eventSeqs: array(seqs),
    eventTimes: array(times),
    eventTypes: array(types),
    eventPayloads: payloads.join(RECORD_SEPARATOR),
  };
};

/** Inserts the events of the places in the CTE `held`. */
export const insertEvents = sql`
  insert into events (thread_key, seq, at, run_id, type, payload)
  select held.thread_key, event.seq, event.at, held.run_id, event.type, event.payload::json
  from ${eventRows} join held on held.place = event.place`;

export const checkpointColumns = (batch: readonly Pick<Append, "checkpoints">[]): Columns => {
  const rows = batch.flatMap(({ checkpoints }, index) => checkpoints.map((point) => ({ ...point, place: index + 1 })));
  return {
    pointPlaces: array(rows.map(({ place }) => place)),
    pointSeqs: array(rows.map(({ seq }) => seq)),
    pointTimes: array(rows.map(({ at }) => at)),
    pointIds: JSON.stringify(rows.map(({ checkpointId }) => checkpointId)),
    pointNodes: JSON.stringify(rows.map(({ node }) => node)),
    pointChanges: rows.map(({ change }) => change).join(RECORD_SEPARATOR),
    pointProgress: rows.map(({ progress = "null" }) => progress).join(RECORD_SEPARATOR),
  };
};

/** The same for checkpoints. */
export const insertCheckpoints = sql`
  insert into checkpoints (thread_key, seq, checkpoint_id, run_id, node, change, at, progress)
  select held.thread_key, point.seq, point.checkpoint_id, held.run_id, point.node, point.change::json, point.at,
    nullif(point.progress, 'null')::json
  from rows from (
    ${plain("pointPlaces", "int")}, ${plain("pointSeqs", "int")}, ${plain("pointTimes", "bigint")},
    ${anyTexts("pointIds")}, ${anyTexts("pointNodes")}, ${separated("pointChanges")}, ${separated("pointProgress")}
  ) as point (place, seq, at, checkpoint_id, node, change, progress) join held on held.place = point.place`;

export const hasRounds = (batch: readonly Pick<Append, "rounds">[]): boolean =>
  batch.some(({ rounds = [] }) => rounds.length > 0);

export const roundColumns = (batch: readonly Pick<Append, "rounds">[]): Columns => {
  const rows = batch.flatMap(({ rounds = [] }, index) => rounds.map((round) => ({ ...round, place: index + 1 })));
  return {
    roundPlaces: array(rows.map(({ place }) => place)),
    roundNumbers: array(rows.map(({ number }) => number)),
    roundSeqs: array(rows.map(({ seq }) => seq)),
    roundTimes: array(rows.map(({ at }) => at)),
    roundModels: JSON.stringify(rows.map(({ model }) => model)),
    roundCalls: rows.map(({ calls }) => JSON.stringify(calls)).join(RECORD_SEPARATOR),
    roundData: rows.map(({ data }) => data).join(RECORD_SEPARATOR),
    roundProgress: rows.map(({ progress = "null" }) => progress).join(RECORD_SEPARATOR),
  };
};

/** The same for rounds. */
export const insertRounds = sql`
  insert into rounds (thread_key, run_id, number, seq, model, calls, data, at, progress)
  select held.thread_key, held.run_id, answered.number, answered.seq, answered.model, answered.calls::json,
    nullif(answered.data, 'null')::json, answered.at, nullif(answered.progress, 'null')::json
  from rows from (
    ${plain("roundPlaces", "int")}, ${plain("roundNumbers", "int")}, ${plain("roundSeqs", "int")},
    ${plain("roundTimes", "bigint")}, ${anyTexts("roundModels")}, ${separated("roundCalls")}, ${separated("roundData")},
    ${separated("roundProgress")}
  ) as answered (place, number, seq, at, model, calls, data, progress) join held on held.place = answered.place`;
