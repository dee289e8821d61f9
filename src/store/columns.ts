import { type SQL, sql } from "drizzle-orm";
import type { Append } from "./contract.ts";

/**
 * Many rows as a few parameters, one a column, so that a statement's text is the same for any number of rows (it is
 * prepared once) and a row costs JavaScript next to nothing. Every parameter is text, cast by the server, so that no
 * driver has a say in how an array is written.
 */

/** Parts the JSON texts of a column: a control character that JSON never holds outside an escape (RFC 8259 §7). */
const RECORD_SEPARATOR = "\x1e";

/** Any texts at all as a set of rows. */
export const texts = (values: readonly string[]): SQL => sql`json_array_elements_text(${JSON.stringify(values)}::json)`;

/** Numbers, or words of our own making that need no quotes. */
const plain = (values: readonly (number | string)[], type: "int" | "bigint" | "text"): SQL =>
  sql`unnest(${`{${values.join(",")}}`}::text::${sql.raw(type)}[])`;

const jsonTexts = (values: readonly string[]): SQL =>
  sql`string_to_table(${values.join(RECORD_SEPARATOR)}::text, ${sql.raw(`E'\\x1e'`)})`;

/** Who asks to write: a row for each item of the batch, `place` counting from 1. */
export const askedRows = (batch: readonly Append[]): SQL => sql`
  rows from (
    ${texts(batch.map(({ fence }) => fence.threadKey))},
    ${texts(batch.map(({ fence }) => fence.runId))},
    ${plain(
      batch.map(({ fence }) => fence.epoch),
      "int",
    )}
  ) with ordinality as asked (thread_key, run_id, epoch, place)`;

type Events = readonly Pick<Append, "events">[];
type Checkpoints = readonly Pick<Append, "checkpoints">[];

/** The batch's events; `place` says whose they are. */
export const eventRows = (batch: Events): SQL => {
  const places: number[] = [];
  const seqs: number[] = [];
  const times: number[] = [];
  const types: string[] = [];
  const payloads: string[] = [];
  for (const [index, { events }] of batch.entries()) {
    for (const event of events) {
      places.push(index + 1);
      seqs.push(event.seq);
      times.push(event.at);
      types.push(event.type);
      payloads.push(event.json);
    }
  }
  return sql`
  rows from (
    ${plain(places, "int")}, ${plain(seqs, "int")}, ${plain(times, "bigint")}, ${plain(types, "text")}, ${jsonTexts(payloads)}
  ) as event (place, seq, at, type, payload)`;
};

/** Inserts the events of those places that the CTE `held` has. */
export const insertEvents = (batch: Events): SQL => sql`
  insert into events (thread_key, seq, at, run_id, type, payload)
  select held.thread_key, event.seq, event.at, held.run_id, event.type, event.payload::json
  from ${eventRows(batch)} join held on held.place = event.place`;

/** The same for checkpoints. */
export const insertCheckpoints = (batch: Checkpoints): SQL => {
  const rows = batch.flatMap(({ checkpoints }, index) =>
    checkpoints.map((checkpoint) => ({ ...checkpoint, place: index + 1 })),
  );
  return sql`
  insert into checkpoints (thread_key, seq, checkpoint_id, run_id, node, change, at)
  select held.thread_key, point.seq, point.checkpoint_id, held.run_id, point.node, point.change::json, point.at
  from rows from (
    ${plain(
      rows.map(({ place }) => place),
      "int",
    )}, ${plain(
      rows.map(({ seq }) => seq),
      "int",
    )},
    ${texts(rows.map(({ checkpointId }) => checkpointId))}, ${texts(rows.map(({ node }) => node))},
    ${jsonTexts(rows.map(({ change }) => change))}, ${plain(
      rows.map(({ at }) => at),
      "bigint",
    )}
  ) as point (place, seq, checkpoint_id, node, change, at) join held on held.place = point.place`;
};
