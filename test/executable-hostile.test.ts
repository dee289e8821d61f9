import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { type Box, box, post } from "./support/executable.ts";
import { probing } from "./support/health-probe.ts";
import { pdf } from "./support/pdf.ts";

/**
 * The longest that a request may block the event loop, in CPU time of the main thread, because both cores may be busy.
 */
const HELD_MS = 100;
const MEGABYTE = 1_000_000;

let here: Box;
let service: Awaited<ReturnType<Box["serve"]>>;
beforeAll(async () => {
  here = await box();
  service = await here.serve({ LOG_LEVEL: "error" });
}, 300_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  here?.[Symbol.dispose]();
});

const repeated = (text: string, bytes = MEGABYTE): string =>
  text
    .repeat(Math.ceil(bytes / Buffer.byteLength(text)))
    .slice(0, bytes / Math.ceil(Buffer.byteLength(text) / text.length));
const send = async (path: string, body: unknown): Promise<number> => {
  const response = await post(`${service.url}${path}`, body);
  await response.text();
  return response.status;
};
/**
 * Number of tries: garbage collection may affect one and a cold cache the first, but the work itself takes its time in
 * each.
 */
const TRIES = 5;

/** Returns the status of each request, and checks that no other request is delayed. */
const unheld = async (
  work: () => Promise<readonly number[]>,
  limitMs: number = HELD_MS,
): Promise<readonly number[]> => {
  let statuses: readonly number[] = [];
  let shortestMs = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES && shortestMs >= limitMs; tries++) {
    const { blockedMs, requests } = await probing(service, async () => {
      statuses = await work();
    });
    expect(requests).toBeGreaterThan(0);
    shortestMs = Math.min(shortestMs, blockedMs);
  }
  expect(shortestMs).toBeLessThan(limitMs);
  return statuses;
};
const inTurn = async (paths: readonly (readonly [string, unknown])[]): Promise<readonly number[]> => {
  const statuses: number[] = [];
  for (const [path, body] of paths) statuses.push(await send(path, body));
  return statuses;
};

test("questions of a megabyte to a table, even earlier ones of the thread, delay no other request", async () => {
  const rows = Array.from({ length: 130 }, (_, at) => `ABC-${10_000 + at},볼트 ${at},${at * 7},A동 ${at % 9}열`);
  expect(await send("/api/v1/documents", { title: "p.csv", content: `품번,품명,재고,창고\n${rows.join("\n")}` })).toBe(
    201,
  );
  const ask = (words: string) =>
    ["/api/chat", { message: `그럼 ${repeated(words, 900_000)}`, conversation_id: "long" }] as const;
  const requests = [
    "부품의 재고는 얼마인가요 볼트 ",
    "ABC-10001 ",
    "a 1 ",
    "漢字",
    `${"1".repeat(900)}${" ".repeat(900)}`,
  ];
  expect(await unheld(() => inTurn(requests.map(ask)))).toEqual(requests.map(() => 200));
}, 120_000);

test("questions of a megabyte of symbols delay no other request on any endpoint", async () => {
  const requests = ["(x=2)", "((", "\\frac{", "a\n", "$x$ ", "[a](", '"'].flatMap((sign) => {
    const text = repeated(sign, 900_000 / JSON.stringify(sign).length);
    return [
      ["/ask", { question: text }],
      ["/rag", { question: text }],
      ["/api/v1/solve", { problem: text, user_id: "u" }],
      ["/stream/v2", { message: text, userId: "u" }],
      ["/api/v1/generate/preview", { input_type: "text", content: text }],
    ] as const;
  });
  expect(await unheld(() => inTurn(requests))).toEqual(requests.map(() => 200));
}, 300_000);

test("bodies of half a million values delay no other request", async () => {
  const many = { a: Array(500_000).fill(1) };
  const paths = ["/stream/v2", "/api/v1/solve", "/ask", "/rag", "/api/chat", "/api/v1/tils", "/api/v1/documents"];
  expect(await unheld(() => inTurn(paths.map((path) => [path, many])))).toEqual(paths.map(() => 413));
}, 120_000);

test("a form of 300,000 parts, and one with a field of megabytes, delay no other request", async () => {
  const upload = async (body: Buffer | FormData, headers: Record<string, string> = {}): Promise<number> => {
    const response = await fetch(`${service.url}/api/v1/documents`, { method: "POST", headers, body });
    await response.text();
    return response.status;
  };
  const part = "--b\r\ncontent-disposition: form-data; name=a\r\n\r\n\r\n";
  const form = new FormData();
  form.set("file", new File(["hello"], "a.txt"));
  form.set("metadata", `{"a":[${"{},".repeat(MEGABYTE)}{}]}`);
  const statuses = await unheld(async () => [
    await upload(Buffer.from(`${part.repeat(300_000)}--b--\r\n`), {
      "content-type": "multipart/form-data; boundary=b",
    }),
    await upload(form),
  ]);
  expect(statuses).toEqual([400, 413]);
}, 120_000);

test("forty uploads of 20 MiB at once, by two callers, delay no other request and are not all in memory together", async () => {
  const blank = new File([Buffer.alloc(20 * 1024 * 1024, " ")], "a.txt");
  const upload = async (_: unknown, at: number): Promise<number> => {
    const form = new FormData();
    form.set("file", blank);
    const headers = { authorization: `Bearer ${at % 2}` };
    const response = await fetch(`${service.url}/api/v1/documents`, { method: "POST", headers, body: form });
    await response.text();
    return response.status;
  };
  // Half of the bound: without turns (`BodyTurns`) it was 70 to 120 ms, depending on the machine.
  const statuses = await unheld(() => Promise.all(Array.from({ length: 40 }, upload)), HELD_MS / 2);
  expect(new Set(statuses).isSubsetOf(new Set([422, 429, 503]))).toBe(true);
  expect(statuses).toContain(422);
  // 860 to 970 were measured, and 1,680 to 1,800 while what was received was left to the garbage collector.
  if (process.platform === "linux") expect(peakMiB(service.pid)).toBeLessThan(1_300);
}, 400_000);

/** The peak resident memory of a process (proc_pid_status(5)). */
const peakMiB = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

test("one user's eight slow uploads do not delay another user's of 12 bytes", async () => {
  const operators = deflateSync(deflateSync(Buffer.from("(a) Tj ".repeat(40_000_000))));
  const bomb = new File(
    [Uint8Array.from(pdf([{ content: operators, filter: "[/FlateDecode/FlateDecode]" }]))],
    "a.pdf",
  );
  const upload = async (user: string, collection: string, file: File): Promise<number> => {
    const form = new FormData();
    form.set("file", file);
    form.set("user_id", user);
    form.set("collection", collection);
    const response = await fetch(`${service.url}/api/v1/documents`, { method: "POST", body: form });
    await response.text();
    return response.status;
  };
  let ended = 0;
  const slow = Array.from({ length: 8 }, async (_, at) => {
    const status = await upload("greedy", `collection ${at}`, bomb);
    ended += 1;
    return status;
  });
  expect(await upload("modest", "default", new File(["hello there!"], "small.txt"))).toBe(201);
  // It had a worker of its own or waited for one file at most.
  expect(ended).toBeLessThanOrEqual(2);
  expect(new Set(await Promise.all(slow)).isSubsetOf(new Set([201, 413, 422]))).toBe(true);
}, 240_000);
