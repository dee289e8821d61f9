/**
 * Measures how well documents are found: `bun run bench:retrieval`. Searches the documents in test/fixtures/retrieval
 * with questions in Korean and English, by words, by vectors and by both. Writes bench/RETRIEVAL.md. Uses the built-in
 * embedding.
 */
import { join } from "node:path";
import { realSystem } from "../src/domain/system.ts";
import { builtinEmbedding } from "../src/models/embedding/builtin.ts";
import { pgliteStore } from "../src/store/drivers/pglite.ts";
import { KINDS, LANGUAGES, measure, type Quality, WAYS } from "./quality.ts";

const NAMES = { ko: "Korean", en: "English" } as const;

const store = await pgliteStore({ dataDir: null, system: realSystem });
await store.migrate();
const embedding = builtinEmbedding();

const rows: string[] = [];
for (const language of LANGUAGES) {
  const { of, missed } = await measure(language, store.documents, embedding);
  for (const kind of [...KINDS, null]) {
    const cells = WAYS.map((way) => cellsOf(of(way, kind)));
    rows.push(`| ${NAMES[language]} | ${kind ?? "**all**"} | ${of("hybrid", kind).questions} | ${cells.join(" | ")} |`);
  }
  if (process.argv.includes("--missed")) console.table(missed);
}
await store.close();

function cellsOf({ recall, mrr }: Quality): string {
  return `${recall.toFixed(2)} | ${mrr.toFixed(2)}`;
}

const report = `# How well documents are found

What \`bun run bench:retrieval\` measured last: questions over the 24 documents in \`test/fixtures/retrieval\` (policies, manuals,
runbooks, price lists; Markdown, text, HTML, CSV). Each language is searched separately. A passage counts when it contains the
quotation that answers the question, verbatim. **recall@3** is the share of questions that one of the first three passages
answers. **MRR** is the mean of 1 / the rank of the first passage that does, within ten. Lexical questions use the document's
words, paraphrased ones avoid them. Vectors are the built-in ones: hashes of letters and words, without meaning.

| | questions | | words: recall@3 | MRR | vectors: recall@3 | MRR | both: recall@3 | MRR |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.join("\n")}
`;
await Bun.write(join(import.meta.dir, "RETRIEVAL.md"), report);
console.log(report);
