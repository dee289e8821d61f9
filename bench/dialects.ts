/**
 * Measures what a wire costs: `bun run bench:dialects`. Takes one run of each dialect from the log of a service with
 * the built-in model, splits its answer into tokens as a model would send them, then translates and encodes each event
 * over and over. Writes bench/DIALECTS.md.
 */
import { join } from "node:path";
import { builtinModel } from "../src/builtin/model/index.ts";
import type { Dialect, View } from "../src/dialects/contract.ts";
import { dialects } from "../src/dialects/index.ts";
import { type LogEvent, payloadOf } from "../src/domain/event.ts";
import { threadKey } from "../src/domain/thread.ts";
import { encodeFrame } from "../src/wire/encode.ts";
import { startService } from "../test/support/service.ts";
import { quantile } from "./figures.ts";
import { thisMachine } from "./machine.ts";

const TARGET_US = 2;
const ROUNDS = 40;
/** Events that are timed together, so that the cost of reading the clock is negligible. */
const EVENTS_A_ROUND = 20_000;
/** Characters per token. */
const TOKEN = 4;

const USER = "bench";
const NOTE = "# Locks\n\nAdvisory locks belong to a session. Two migrations wait for each other. The key is a number.";
/** The request sent on each wire, with the user where the body names one. */
const QUESTIONS: Readonly<Record<string, object>> = {
  "stream-v2": { message: "2x + 3 = 7", userId: USER },
  native: { problem: "2x + 3 = 7", user_id: USER },
  ask: { question: "12 * (3 + 4)", user_id: USER },
  rag: { question: "ABC-12345 부품의 재고는?", k: 3, user_id: USER },
  chat: { message: "창고별 재고 합계는?", user_id: USER },
  generate: { input_type: "text", content: NOTE },
};

const service = await startService({ model: builtinModel() });
const parts = Bun.file(join(import.meta.dir, "../test/fixtures/retrieval/ko/parts.csv"));
const form = new FormData();
form.set("file", new File([await parts.bytes()], "parts.csv"));
form.set("user_id", USER);
await fetch(`${service.url}/api/v1/documents`, { method: "POST", body: form });

interface Recorded {
  readonly view: View;
  readonly events: readonly LogEvent[];
}

const record = async ({ name, endpoints }: Dialect): Promise<Recorded> => {
  const path = endpoints.find(({ method, mode }) => method === "POST" && mode === "stream")?.path ?? "";
  const response = await service.post(path, QUESTIONS[name], { headers: { "x-user-id": USER } });
  await response.text();
  const [threadId, runId] = [response.headers.get("x-thread-id") ?? "", response.headers.get("x-run-id") ?? ""];
  const stored = await service.store.events.read(threadKey(USER, threadId), 0, 10_000);
  if (stored.at(-1)?.type !== "done") throw new Error(`${name}: the run did not come to its end.`);
  const view = {
    threadId,
    threadJson: JSON.stringify(threadId),
    runId,
    traceId: "trace",
    locale: "ko",
    options: {},
  } as const;
  return { view, events: stored.flatMap(inTokens) };
};

const inTokens = (event: LogEvent): readonly LogEvent[] => {
  if (event.type !== "token") return [event];
  const { delta } = payloadOf(event, "token");
  return Array.from({ length: Math.ceil(delta.length / TOKEN) }, (_, at) => ({
    ...event,
    json: JSON.stringify({ delta: delta.slice(at * TOKEN, (at + 1) * TOKEN).toWellFormed() }),
  }));
};

let stored = 0;
/** Returns microseconds an event, the median of all rounds. */
const cost = (dialect: Dialect, view: View, events: readonly LogEvent[]): number => {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = performance.now();
    let done = 0;
    while (done < EVENTS_A_ROUND) {
      for (const event of events) {
        const frame = dialect.translate(event, view);
        if (frame !== null) stored += encodeFrame(frame).length;
      }
      done += events.length;
    }
    times.push(((performance.now() - begun) * 1000) / done);
  }
  return quantile(times, 0.5);
};

const rows: string[] = [];
for (const dialect of dialects.filter(({ name }) => QUESTIONS[name] !== undefined)) {
  const { view, events } = await record(dialect);
  const whole = cost(dialect, view, events);
  const types = [...new Set(events.map(({ type }) => type))];
  const byType = types.map((type) => ({
    type,
    us: cost(
      dialect,
      view,
      [events.find((event) => event.type === type)].filter((event) => event !== undefined),
    ),
  }));
  const token = byType.find(({ type }) => type === "token")?.us;
  const dearest = byType.reduce((one, other) => (other.us > one.us ? other : one));
  rows.push(
    `| ${dialect.name} | ${events.length} | **${whole.toFixed(2)}** | ${whole <= TARGET_US ? "hit" : "**miss**"} | ${token?.toFixed(2) ?? ""} | \`${dearest.type}\` ${dearest.us.toFixed(2)} |`,
  );
}
await service.stop();

const { date, cpu, cores, bun } = thisMachine();
const text = `# What a wire costs

What \`bun run bench:dialects\` measured last: ${date}, ${cpu}, ${cores} cores, Bun ${bun}. The cost of translating
and encoding one event in microseconds, medians of ${ROUNDS} rounds. Each wire has its own run, with an answer in tokens of ${TOKEN} characters.

| wire | events of the run | µs an event | target ${TARGET_US} | a token | the most expensive event, once a run |
| --- | ---: | ---: | --- | ---: | --- |
${rows.join("\n")}
`;
await Bun.write(join(import.meta.dir, "DIALECTS.md"), text);
console.log(text);
if (stored === 0) throw new Error("Nothing was encoded.");
