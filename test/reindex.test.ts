import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { realSystem } from "../src/domain/system.ts";
import { builtinEmbedding } from "../src/models/embedding/builtin.ts";
import { openReader } from "../src/reading/reader.ts";
import { DocumentRetrieval } from "../src/retrieval/retrieval.ts";
import { pgliteStore } from "../src/store/drivers/pglite.ts";
import { embeddingServer, openAiEmbeddings, vectorFor } from "./support/embedding-server.ts";

const MAIN = resolve(import.meta.dir, "../src/main.ts");
const SECONDS = 60_000;

const dataDir = mkdtempSync(join(tmpdir(), "yeoul-reindex-"));
const server = embeddingServer(openAiEmbeddings);
beforeAll(async () => {
  const store = await pgliteStore({ dataDir, system: realSystem });
  await store.migrate();
  const logger = { notEmbedded: () => {} };
  const parts = {
    documents: store.documents,
    embedding: builtinEmbedding(),
    ...openReader(),
    system: realSystem,
    logger,
  };
  const text = Array.from({ length: 100 }, (_, at) => `# Section ${at}\n\nText.\n`).join("\n");
  const upload = { name: "a.md", mediaType: "", bytes: new TextEncoder().encode(text) };
  const document = { collection: "default", title: null, metadata: {}, upload };
  await new DocumentRetrieval(parts).ingest("u", document, new AbortController().signal);
  await store.close();
}, SECONDS);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(dataDir, { recursive: true, force: true });
});

const reindex = (baseUrl = `${server.url}/v1`) =>
  Bun.spawn([process.execPath, MAIN, "reindex"], {
    env: { DATA_DIR: dataDir, EMBEDDING_MODEL: "compatible:stand-in", MODEL_BASE_URL: baseUrl, LOG_LEVEL: "silent" },
    stdout: "pipe",
    stderr: "pipe",
  });
const endOf = async (child: ReturnType<typeof reindex>) => {
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, stdout, stderr };
};

test(
  "an interrupted yeoul reindex says so and exits with 130; the next one continues, and a third has nothing to do",
  async () => {
    const hanging = Promise.withResolvers<void>();
    const right = (texts: readonly string[]) => Response.json(openAiEmbeddings.answer(texts.map(vectorFor)));
    // The first call asks for the vectors' dimension; the third never ends.
    server.reply(right, right, () => {
      hanging.resolve();
      return new Promise<never>(() => {});
    });
    const first = reindex();
    await hanging.promise;
    first.kill("SIGINT");
    expect(await endOf(first)).toEqual({
      code: 130,
      stdout: "",
      stderr: "yeoul: interrupted; completed work is stored, run the command again to continue\n",
    });
    expect(await endOf(reindex())).toEqual({
      code: 0,
      stdout: "embedded 36 chunks with compatible:stand-in\n",
      stderr: "",
    });
    expect(await endOf(reindex())).toMatchObject({
      code: 0,
      stdout: "all chunks have vectors of compatible:stand-in\n",
    });
  },
  SECONDS,
);

test(
  "yeoul reindex prints one line with the reason when it fails, and exits with 1",
  async () => {
    server.reply(() => new Response("{}", { status: 401 }));
    const { code, stderr } = await endOf(reindex());
    expect(code).toBe(1);
    expect(stderr).toMatch(/^yeoul: .*MODEL_API_KEY.*\n$/);
  },
  SECONDS,
);
