/**
 * Measures how fast documents are found: `bun run bench:retrieval-speed [--chunks 10000] [--database URL]`. Stores the
 * same chunks in Postgres and in the embedded database, and searches all of them with the questions of
 * test/fixtures/retrieval: directly in the store, and over HTTP in a service in its own process. Writes
 * bench/RETRIEVAL-SPEED.md.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { realSystem } from "../src/domain/system.ts";
import { builtinEmbedding } from "../src/models/embedding/builtin.ts";
import { chunksOf } from "../src/retrieval/ingest.ts";
import type { Store } from "../src/store/contract.ts";
import { pgliteStore } from "../src/store/drivers/pglite.ts";
import { postgresStore } from "../src/store/drivers/postgres.ts";
import { endAll, startServer } from "./child.ts";
import { type CorpusDocument, corpus } from "./corpus.ts";
import { openDatabase } from "./database.ts";
import { quantile } from "./figures.ts";
import { thisMachine } from "./machine.ts";

const USER = "bench";
const K = 3;
/** Target for the median time until /rag sends `sources`, in milliseconds. */
const TARGET_MS = 50;
const SOURCES = /^data: (\{"type":"sources".*)\n/mu;

const { values: options } = parseArgs({
  options: { chunks: { type: "string", default: "10000" }, database: { type: "string" } },
});
const embedding = builtinEmbedding();
const { signal } = new AbortController();

interface Timings {
  readonly ingest: { readonly seconds: number; readonly blockedMs: number };
  /** Milliseconds, one value per question. */
  readonly embed: readonly number[];
  readonly words: readonly number[];
  readonly vectors: readonly number[];
  readonly both: readonly number[];
  readonly http: readonly number[];
  readonly hasVectors: boolean;
}

const readQuestions = async (): Promise<readonly string[]> => {
  const files = ["ko", "en"].map((language) =>
    Bun.file(join(import.meta.dir, `../test/fixtures/retrieval/questions-${language}.json`)).json(),
  );
  return ((await Promise.all(files)) as { question: string }[][]).flat().map(({ question }) => question);
};

/** Also measures the longest block of the event loop meanwhile. */
const ingest = async (store: Store, documents: readonly CorpusDocument[]): Promise<Timings["ingest"]> => {
  let last = performance.now();
  let blockedMs = 0;
  const ticking = setInterval(() => {
    const now = performance.now();
    blockedMs = Math.max(blockedMs, now - last);
    last = now;
  }, 1);
  const begun = performance.now();
  for (const [index, { title, columns, chunks }] of documents.entries()) {
    const draft = {
      documentId: realSystem.id(),
      userId: USER,
      collection: "default",
      title,
      mediaType: "text/plain",
      metadata: {},
      contentHash: String(index),
      columns,
      model: embedding.id,
      now: realSystem.now(),
    };
    await store.documents.put(
      draft,
      chunksOf(title, chunks, embedding, signal, () => {}),
    );
  }
  clearInterval(ticking);
  return { seconds: (performance.now() - begun) / 1000, blockedMs };
};

const timed = async <T>(into: number[], work: () => Promise<T>): Promise<T> => {
  const begun = performance.now();
  const result = await work();
  into.push(performance.now() - begun);
  return result;
};

/** Asks all questions one after another. The first round, while code is being compiled, does not count. */
const askStore = async (store: Store, questions: readonly string[]) => {
  const times = { embed: [] as number[], words: [] as number[], vectors: [] as number[], both: [] as number[] };
  for (const round of ["warm up", "measure"]) {
    for (const list of Object.values(times)) list.length = 0;
    for (const text of questions) {
      const [vector] = await timed(times.embed, () => embedding.embed([text], "query", signal));
      if (vector === undefined) throw new Error(`${round}: no vector`);
      const embedded = { model: embedding.id, vector, trust: embedding.trust };
      const search = { text, embedding: null, collection: "default", limit: K };
      await timed(times.words, () => store.documents.search(USER, search));
      await timed(times.vectors, () => store.documents.search(USER, { ...search, text: "", embedding: embedded }));
      const found = await timed(times.both, () => store.documents.search(USER, { ...search, embedding: embedded }));
      if (found.length === 0) throw new Error(`Nothing was found for: ${text}`);
    }
  }
  return times;
};

/** From the request to the last byte of the `sources` frame, including the client's connection. */
const askService = async (env: Readonly<Record<string, string>>, questions: readonly string[]): Promise<number[]> => {
  const service = await startServer([process.execPath, "src/main.ts"], {
    NODE_ENV: "production",
    HOST: "127.0.0.1",
    PORT: "0",
    LOG_LEVEL: "warn",
    MAX_RUNS_PER_USER: "1000",
    ...env,
  });
  const times: number[] = [];
  for (const _round of ["warm up", "measure"]) {
    times.length = 0;
    for (const question of questions) times.push(await sources(service.url, question));
  }
  await service.end();
  return times;
};

/** Reads to the end, so that a run is over when the next one starts. */
const sources = async (origin: string, question: string): Promise<number> => {
  const begun = performance.now();
  const response = await fetch(`${origin}/rag`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ question, k: K, user_id: USER }),
  });
  let seen = "";
  let tookMs: number | undefined;
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    seen += decoder.decode(bytes, { stream: true });
    if (SOURCES.test(seen)) tookMs ??= performance.now() - begun;
  }
  const frame = SOURCES.exec(seen)?.[1];
  if (tookMs === undefined || frame === undefined) throw new Error(`HTTP ${response.status}, no sources: ${seen}`);
  if ((JSON.parse(frame) as { data: unknown[] }).data.length === 0) throw new Error(`Nothing found: ${question}`);
  return tookMs;
};

const measure = async (
  open: () => Promise<Store> | Store,
  env: Readonly<Record<string, string>>,
  documents: readonly CorpusDocument[],
  questions: readonly string[],
): Promise<Timings> => {
  const filled = await open();
  await filled.migrate();
  const taken = await ingest(filled, documents);
  await filled.close();
  // Reopened, as after a restart; also, only one process at a time can open the embedded database.
  const store = await open();
  const { vectors: hasVectors } = await store.documents.capabilities();
  const times = await askStore(store, questions);
  await store.close();
  return { ...times, ingest: taken, hasVectors, http: await askService(env, questions) };
};

const cell = (times: readonly number[]): string =>
  `${quantile(times, 0.5).toFixed(1)} / ${quantile(times, 0.99).toFixed(1)}`;

const rowOf = (name: string, timings: Timings): string => {
  const { embed, words, vectors, both, http, ingest, hasVectors } = timings;
  const store = quantile(http, 0.5) - quantile(both, 0.5) - quantile(embed, 0.5);
  const cells = [
    `${name}${hasVectors ? "" : ", no pgvector"}`,
    cell(embed),
    cell(words),
    hasVectors ? cell(vectors) : "–",
    cell(both),
    store.toFixed(1),
    `**${cell(http)}**`,
    quantile(http, 0.5) <= TARGET_MS ? "hit" : "**miss**",
    `${ingest.seconds.toFixed(0)} s, ${ingest.blockedMs.toFixed(0)} ms`,
  ];
  return `| ${cells.join(" | ")} |`;
};

const run = async (): Promise<void> => {
  const questions = await readQuestions();
  const documents = await corpus(Number(options.chunks));
  const folder = await mkdtemp(join(tmpdir(), "yeoul-bench-"));
  const database = await openDatabase(options.database);
  try {
    const { url } = database;
    const onPostgres = await measure(
      () => postgresStore({ url, system: realSystem }),
      { DATABASE_URL: url },
      documents,
      questions,
    );
    const embedded = await measure(
      () => pgliteStore({ dataDir: folder, system: realSystem }),
      { DATA_DIR: folder },
      documents,
      questions,
    );
    const { cpu, cores, bun, date } = thisMachine();
    const page = `# How fast documents are found

What \`bun run bench:retrieval-speed\` measured last: ${date}, ${cpu}, ${cores} cores, Bun ${bun}, ${database.about}.
${Number(options.chunks).toLocaleString("en")} chunks of ${documents.length} documents of one user: those of \`test/fixtures/retrieval\`, and copies of them
in which three of ten words and all numbers are replaced. ${questions.length} questions, Korean and English, one after another; the built-in
embedding (${embedding.dimension} numbers); milliseconds, median / p99.

| | embed | search: words | vectors | both | run, commit, HTTP | \`sources\` of /rag | target ${TARGET_MS} | adding all, longest block of the event loop |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |
${rowOf("Postgres", onPostgres)}
${rowOf("embedded", embedded)}

- The first four columns are calls on the store in this process. \`sources\` is a request to a service in its own process, up to
  the complete frame. \`run, commit, HTTP\` (the run's row, the event's commit, HTTP) is the difference of the medians.
- Each question is asked twice, and only the second time counts.
`;
    await Bun.write(join(import.meta.dir, "RETRIEVAL-SPEED.md"), page);
    console.log(page);
  } finally {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
};

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void endAll().finally(() => process.exit(130)));
}
await run().finally(endAll);
