/**
 * What packing and folding save and cost: `bun run bench:packing`. Bytes a token of a log in Postgres, rows, indexes and
 * TOAST included, without packing, where packing keeps up with the runs, and where each run is folded too; the time to
 * replay a thread of 100,000 tokens, as rows and packed, in turn; and what packing and folding take.
 */
import postgres from "postgres";
import { native } from "../src/dialects/native.ts";
import { realSystem } from "../src/domain/system.ts";
import { type ThreadKey, threadKey } from "../src/domain/thread.ts";
import type { Store } from "../src/store/contract.ts";
import { postgresStore } from "../src/store/drivers/postgres.ts";
import { fillsPage } from "../src/store/page-bytes.ts";
import { encodeFrame } from "../src/wire/encode.ts";
import { foldAll } from "../test/support/folding.ts";
import { packAll } from "../test/support/packing.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { endAt, newRun, started } from "../test/support/runs.ts";
import { quantile } from "./figures.ts";

const TURNS = 400;
const TOKENS = 400;
const TURNS_A_THREAD = 10;
/** Turns between two vacuums: packed rows are a fifth of the table or more. */
const TURNS_A_VACUUM = 20;
const REPLAYED = 100_000;
const ROUNDS = 7;
const PAGE = 200;

const WORDS = "The stretch where a stream runs fast carries every token, each of some six letters in all.".split(" ");

/** A turn as agents write it: page, progress, tokens of which each comes some 50 ms after the last, usage, end. */
const turn = async (store: Store, key: ThreadKey, tokens: number): Promise<void> => {
  const { fence, lastSeq } = await started(store, newRun(key));
  let seq = lastSeq;
  let at = realSystem.now();
  const event = (type: "page_start" | "solve_progress" | "token" | "credit_settled", payload: object) => {
    at += type === "token" ? 40 + (seq % 23) : 1;
    return { runId: fence.runId, seq: ++seq, type, at, json: JSON.stringify(payload) };
  };
  const progress = (status: string) =>
    event("solve_progress", { node: "answer", stage: "answer", status, message: "" });
  await store.events.append([
    { fence, events: [event("page_start", { title: "Rivers" }), progress("in_progress")], checkpoints: [] },
  ]);
  const wordAt = (at: number) => ` ${WORDS[at % WORDS.length]}`;
  for (let written = 0; written < tokens; written += 100) {
    const events = Array.from({ length: 100 }, (_, index) => event("token", { delta: wordAt(written + index) }));
    await store.events.append([{ fence, events, checkpoints: [] }]);
  }
  const last = [
    progress("completed"),
    event("credit_settled", { input_tokens: 900, output_tokens: tokens, credits: 1 }),
  ];
  const content = Array.from({ length: tokens }, (_, index) => wordAt(index)).join("");
  const detail = JSON.stringify({ parts: [{ type: "text", length: content.length }] });
  const end = endAt(fence, seq + 1, { message: { id: "m", content, detail } });
  const events = [...last, ...end.events.map((done) => ({ ...done, at }))];
  if ((await store.runs.finish(fence, { ...end, events })) !== "ended")
    throw new Error("the run could not be finished");
};

interface Measured {
  readonly events: number;
  readonly stretches: number;
}

/** The log's size on the disk, with all that belongs to its tables. */
const SIZES =
  "select pg_total_relation_size('yeoul.events')::int as events, pg_total_relation_size('yeoul.stretches')::int as stretches";

const keyOf = (at: number): ThreadKey =>
  threadKey("somebody", `6f1f7a52-9d0c-4b6e-8a53-${String(Math.floor(at / TURNS_A_THREAD)).padStart(12, "0")}`);

type LogForm = "rows" | "packed" | "folded";

const grow = async (
  store: Store,
  form: LogForm,
  from: number,
  to: number,
  vacuum: () => Promise<unknown>,
): Promise<void> => {
  for (let at = from; at < to; at++) {
    await turn(store, keyOf(at), TOKENS);
    if (form === "packed") await packAll(store);
    if (form === "folded") await foldAll(store);
    if (at % TURNS_A_VACUUM === TURNS_A_VACUUM - 1) await vacuum();
  }
};

const server = await startPostgres();

const measureSize = async (form: LogForm) => {
  const url = await server.freshDatabase();
  const store = postgresStore({ url, system: realSystem });
  await store.migrate();
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const size = async (): Promise<Measured> => {
    const [sizes] = await sql.unsafe<Measured[]>(SIZES);
    if (sizes === undefined) throw new Error("there are no sizes");
    return sizes;
  };
  const vacuum = () => sql`vacuum yeoul.events, yeoul.stretches`;
  await grow(store, form, 0, TURNS / 2, vacuum);
  const half = await size();
  await grow(store, form, TURNS / 2, TURNS, vacuum);
  const all = await size();
  await sql.end();
  await store.close();
  const tokens = TURNS * TOKENS;
  const total = all.events + all.stretches;
  return {
    log: form,
    "bytes a token": (total / tokens).toFixed(1),
    "of the second half": ((total - half.events - half.stretches) / (tokens / 2)).toFixed(1),
    ...all,
  };
};

/** Reads a whole thread page by page, as a follower does, and encodes its frames. Returns milliseconds. */
const replay = async (store: Store, key: ThreadKey): Promise<number> => {
  const view = { threadId: "t", threadJson: '"t"', runId: "r", traceId: "x", locale: "en", options: {} } as const;
  const since = performance.now();
  let cursor = 0;
  let chars = 0;
  for (;;) {
    const page = await store.events.read(key, cursor, PAGE);
    for (const event of page) {
      const frame = native.translate(event, view);
      if (frame !== null) chars += encodeFrame(frame).length;
    }
    cursor = page.at(-1)?.seq ?? cursor;
    if (page.length < PAGE && !fillsPage(page.map(({ json }) => json))) break;
  }
  if (chars < REPLAYED * 100) throw new Error("the replay is too short");
  return performance.now() - since;
};

const measureReplay = async () => {
  const url = await server.freshDatabase();
  const store = postgresStore({ url, system: realSystem });
  await store.migrate();
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const [rows, packed] = [threadKey("u", "rows"), threadKey("u", "packed")];
  await turn(store, rows, REPLAYED);
  // Only one of the two is packed.
  await sql`update yeoul.runs set packed_at = 1 where thread_key = ${rows}`;
  await turn(store, packed, REPLAYED);
  const cpu = process.cpuUsage();
  const since = performance.now();
  await packAll(store);
  const wall = performance.now() - since;
  const { user, system } = process.cpuUsage(cpu);
  await sql`vacuum analyze yeoul.events`;
  const ratios: number[] = [];
  const times: Record<"rows" | "packed", number[]> = { rows: [], packed: [] };
  for (let round = 0; round < ROUNDS; round++) {
    times.rows.push(await replay(store, rows));
    times.packed.push(await replay(store, packed));
    ratios.push((times.packed.at(-1) ?? 0) / (times.rows.at(-1) ?? 1));
  }
  const foldSince = performance.now();
  await foldAll(store);
  const foldWall = performance.now() - foldSince;
  await sql.end();
  await store.close();
  return {
    foldingMicros: (foldWall * 1000) / (2 * REPLAYED),
    rowsMs: quantile(times.rows, 0.5),
    packedMs: quantile(times.packed, 0.5),
    ratio: quantile(ratios, 0.5),
    packingMicros: (wall * 1000) / REPLAYED,
    packingCpuMicros: (user + system) / REPLAYED,
  };
};

console.table([await measureSize("rows"), await measureSize("packed"), await measureSize("folded")]);
const { rowsMs, packedMs, ratio, packingMicros, packingCpuMicros, foldingMicros } = await measureReplay();
console.log(
  `replay of ${REPLAYED} tokens, median of ${ROUNDS}: ${rowsMs.toFixed(0)} ms as rows, ${packedMs.toFixed(0)} ms packed, ratio ${ratio.toFixed(2)}`,
);
console.log(
  `packing: ${packingMicros.toFixed(1)} µs a token, ${packingCpuMicros.toFixed(1)} of them this process' CPU`,
);
console.log(`folding: ${foldingMicros.toFixed(1)} µs a token`);
await server.stop();
process.exit();
