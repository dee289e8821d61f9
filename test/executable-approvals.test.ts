import { beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { realSystem } from "../src/domain/system.ts";
import { post } from "./support/executable.ts";
import { type ModelServer, modelServer, type Reply, replyOf } from "./support/model-server.ts";
import { type NativeEvent, nativeEvents, payloadsOf } from "./support/native-events.ts";
import { agentsBox, textOf } from "./support/own-agents.ts";
import { freshDatabase } from "./support/postgres.ts";
import { readSse } from "./support/sse.ts";
import type { RunView } from "./support/views.ts";
import { openAiChat } from "./support/wires/openai-chat.ts";

/** The executable is started three times in a test, on a busy machine. */
const MINUTES = 180_000;

/** `pay` needs a person's word, and reaches the till. `runner` asks the person itself. */
const AGENTS = {
  "clerk.ts": `import { agent, tool, Type } from "yeoul";
const pay = tool({
  name: "pay",
  description: "Pays.",
  input: Type.Object({ amount: Type.Number() }),
  execute: async ({ amount }, { idempotencyKey, signal }) =>
    (await fetch(\`\${process.env.TILL}?amount=\${amount}&key=\${encodeURIComponent(idempotencyKey)}\`, { signal })).text(),
});
export default agent({ tools: [pay], approve: ["pay"], async *run(context) {
  yield* context.converse({ system: "Pay." });
} });`,
  "runner.ts": `import { agent } from "yeoul";
export default agent({ async *run(context) {
  yield "Asking. ";
  const answer = await context.approve({ name: "pay", input: { amount: 5 } });
  const key = encodeURIComponent(context.runId);
  yield await context.step("pay", async () =>
    (await fetch(\`\${process.env.TILL}?amount=\${answer.input.amount}&key=\${key}\`, { signal: context.signal })).text());
  yield* context.converse({ system: "Say more." });
} });`,
};

/** Answers payments, the first once it is let, and records them. */
const openTill = () => {
  const paid: string[] = [];
  const arrived = Promise.withResolvers<void>();
  const let1 = Promise.withResolvers<void>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: async ({ url }) => {
      const isFirst = paid.push(new URL(url).search) === 1;
      arrived.resolve();
      if (isFirst) await let1.promise;
      return new Response("Paid. ");
    },
  });
  return {
    url: String(server.url),
    paid,
    /** Resolves once the first payment is asked for. */
    arrived: arrived.promise,
    open: () => let1.resolve(),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
};

const own = agentsBox();
let url: string;
beforeAll(async () => {
  url = await freshDatabase();
}, MINUTES);

const asksToPay = replyOf(openAiChat, {
  calls: [{ id: "c1", name: "pay", pieces: ['{"amount":5}'] }],
  finish: "tool_calls",
});
const done = replyOf(openAiChat, { text: ["All done."], finish: "stop" });
const half: Reply = { ...replyOf(openAiChat, { text: ["All "], finish: null }), ending: "hang" };

type Till = ReturnType<typeof openTill>;

describe.each(["Postgres", "the embedded database"])("on %s, when the process is killed", (place) => {
  const serve = (server: ModelServer, till: Till) =>
    own.box.serve({
      ...(place === "Postgres" && { DATABASE_URL: url, LEASE_TTL: "2s" }),
      MODEL: "compatible:x",
      MODEL_BASE_URL: `${server.url}/v1`,
      TILL: till.url,
    });
  type Running = Awaited<ReturnType<typeof serve>>;

  const statusOf = async ({ url }: Running, runId: string) =>
    ((await (await fetch(`${url}/api/v1/runs/${runId}?userId=u1`)).json()) as RunView).status;

  /** A run that waits for a person. */
  const waiting = async (service: Running, agent: string) => {
    const threadId = realSystem.id();
    const body = { agent, input: { message: "Pay." }, user_id: "u1", thread_id: threadId };
    const response = await post(`${service.url}/api/v1/runs`, body);
    const runId = response.headers.get("x-run-id") ?? "";
    const stream = readSse(response);
    const requested = await stream.until(({ event }) => event === "approval_requested");
    while ((await statusOf(service, runId)) !== "waiting") await realSystem.sleep(5);
    const { tool_call_id } = payloadsOf(nativeEvents([requested]), "approval_requested")[0] ?? { tool_call_id: "" };
    return { threadId, runId, toolCallId: tool_call_id };
  };
  type Waiting = Awaited<ReturnType<typeof waiting>>;

  const approve = async ({ url }: Running, { runId, toolCallId }: Waiting) => {
    const body = { tool_call_id: toolCallId, decision: "approve" };
    expect((await post(`${url}/api/v1/runs/${runId}/approvals?userId=u1`, body)).status).toBe(200);
  };

  /** Reads the log to the run's end. */
  const logOf = async ({ url }: Running, { threadId }: Waiting): Promise<readonly NativeEvent[]> =>
    nativeEvents(await readSse(await fetch(`${url}/api/v1/threads/${threadId}/events?userId=u1&after=0`)).toEnd());

  /** The person was asked once, was told of once, and the run has ended as if nothing had happened. */
  const isWhole = (events: readonly NativeEvent[], text: string, reasons: readonly string[]) => {
    expect(textOf(events)).toBe(text);
    for (const type of ["tool_start", "approval_requested", "approval_resolved", "tool_result", "done"] as const)
      expect([type, payloadsOf(events, type).length]).toEqual([type, 1]);
    expect(payloadsOf(events, "attempt_started").map(({ reason }) => reason)).toEqual(reasons as never);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
  };

  /** `payments`: how often the till is asked when the process dies meanwhile. A step is made again, an approved call never. */
  const agents = [
    { agent: "clerk", first: [asksToPay], text: "All done.", payments: 1 },
    { agent: "runner", first: [], text: "Asking. Paid. All done.", payments: 2 },
  ] as const;
  const tried = place === "Postgres" ? agents : agents.slice(0, 1);

  describe.each(tried)("an approval of $agent", ({ agent, first, text, payments }) => {
    beforeEach(() => own.write(AGENTS));
    const isPaidOnce = ({ paid }: Till) => expect([...new Set(paid)]).toHaveLength(1);

    test(
      "that waits, waits on, and the run goes on once it is decided",
      async () => {
        await using server = modelServer(openAiChat);
        await using till = openTill();
        server.reply(...first, done);
        till.open();
        await using service = await serve(server, till);
        const run = await waiting(service, agent);
        await service.end("SIGKILL");
        await using next = await serve(server, till);
        const { approvals } = (await (await fetch(`${next.url}/api/v1/approvals?userId=u1`)).json()) as {
          readonly approvals: readonly object[];
        };
        expect(approvals).toMatchObject([{ run_id: run.runId, tool_call_id: run.toolCallId, input: { amount: 5 } }]);
        expect(till.paid).toEqual([]);
        await approve(next, run);
        isWhole(await logOf(next, run), text, ["resumed"]);
        expect(till.paid).toHaveLength(1);
      },
      MINUTES,
    );

    test(
      "that has just been decided counts",
      async () => {
        await using server = modelServer(openAiChat);
        await using till = openTill();
        server.reply(...first, done, done);
        till.open();
        await using service = await serve(server, till);
        const run = await waiting(service, agent);
        await approve(service, run);
        await service.end("SIGKILL");
        await using next = await serve(server, till);
        const events = await logOf(next, run);
        // It may have gone on before it died.
        const reasons = payloadsOf(events, "attempt_started").map(({ reason }) => reason);
        isWhole(events, text, reasons);
        expect([["resumed"], ["resumed", "takeover"]]).toContainEqual(reasons);
        isPaidOnce(till);
      },
      MINUTES,
    );

    test(
      "whose payment is under way is not asked for again, and the payment is made once, or under one key",
      async () => {
        await using server = modelServer(openAiChat);
        await using till = openTill();
        server.reply(...first, done);
        await using service = await serve(server, till);
        const run = await waiting(service, agent);
        await approve(service, run);
        await till.arrived;
        await service.end("SIGKILL");
        till.open();
        await using next = await serve(server, till);
        isWhole(await logOf(next, run), text, ["resumed", "takeover"]);
        expect(till.paid).toHaveLength(payments);
        isPaidOnce(till);
      },
      MINUTES,
    );

    test(
      "whose payment is in the log is not made again, and the model goes on with its half answer",
      async () => {
        await using server = modelServer(openAiChat);
        await using till = openTill();
        server.reply(...first, half, replyOf(openAiChat, { text: ["done."], finish: "stop" }));
        till.open();
        await using service = await serve(server, till);
        const run = await waiting(service, agent);
        await approve(service, run);
        const address = `${service.url}/api/v1/threads/${run.threadId}/events?userId=u1&after=0`;
        await readSse(await fetch(address)).until(({ data }) => data.includes("All "));
        await service.end("SIGKILL");
        await using next = await serve(server, till);
        isWhole(await logOf(next, run), text, ["resumed", "takeover"]);
        expect(till.paid).toHaveLength(1);
      },
      MINUTES,
    );
  });
});
