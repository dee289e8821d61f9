// biome-ignore-all lint/correctness/useYield: an agent is a generator, also one that says nothing.
import { describe, expect, test } from "bun:test";
import type { AgentLogger } from "../../src/agents/logger.ts";
import { questionsIn, Type, tool, UnreadableError } from "../../src/agents/public.ts";
import type { EventBody } from "../../src/domain/event.ts";
import type { Model } from "../../src/models/contract.ts";
import { call, type modelAnswering, text } from "../support/agent-context.ts";
import { agentParts } from "../support/agent-parts.ts";
import { codeAgent, codeContext, codeRun } from "../support/code-agent.ts";
import { passage, stubRetrieval } from "../support/stub-retrieval.ts";
import { walked } from "../support/walked.ts";

const HISTORY = [
  { role: "user", content: "Before?", images: [] },
  { role: "assistant", content: "Yes.", toolCalls: [] },
] as const;

const BARE = { name: "t", description: "d", input: Type.Object({}), execute: () => null };
const SOUND = tool(BARE);

const token = (delta: string): EventBody => ({ type: "token", payload: { delta } });

describe("context", () => {
  test("has the turn; a conversation has the history, the message and the tools by default", async () => {
    const engine = { ...codeContext([[text("A")]], { message: "Now?", history: HISTORY }), tools: [SOUND] };
    const mine = codeRun(async function* (given) {
      yield* given.converse({ system: "one" });
      yield* given.converse({ system: "two", messages: [], tools: [] });
      return { message: given.input.message, before: questionsIn(await given.history()), agent: given.agent };
    });
    const { result } = await walked(mine, engine);
    expect(result).toEqual({ message: "Now?", before: ["Before?"], agent: "mine" });
    const { requests } = engine.model as ReturnType<typeof modelAnswering>;
    expect(requests.map(({ system, messages, tools }) => [system, messages.length, tools.length])).toEqual([
      ["one", 3, 1],
      ["two", 1, 0],
    ]);
    expect(requests[0]?.messages.at(-1)).toEqual({ role: "user", content: "Now?", images: [] });
    // No server takes a request without a message.
    expect(requests[1]?.messages).toEqual([{ role: "user", content: "Go on.", images: [] }]);
  });

  test("complete calls the model without emitting text, and its usage is counted", async () => {
    const engine = codeContext([[text("Quiet.")]]);
    const mine = codeRun(async function* ({ complete }) {
      return (await complete({ system: "s" })).text;
    });
    expect(await walked(mine, engine)).toMatchObject({ events: [], result: "Quiet." });
    expect(engine.spent).toHaveLength(1);
  });

  test("can be copied with what is to differ", async () => {
    const engine = codeContext([[text("Copied.")]]);
    const mine = codeRun(async function* (given) {
      const copy = { ...given, locale: "ko" as const };
      const { text: answer } = yield* copy.converse({ system: "s" });
      return [answer, copy.locale, given.locale, Object.keys(copy).toSorted()];
    });
    const members = "agent,approve,complete,converse,emit,fetchPage,file,history,input,locale,log,model,node,readFile";
    const others = "retrieval,runId,settings,signal,spend,step,system,threadId,tools,userId";
    const { result } = await walked(mine, engine);
    expect(result).toEqual(["Copied.", "ko", "en", `${members},${others}`.split(",")]);
  });

  test("the model can be called directly, its usage is counted, and its retries name the run", async () => {
    const engine = codeContext([[text("Raw.")]]);
    const runs: unknown[] = [];
    const model: Model = {
      ...engine.model,
      answer: (request, context, onPart) => {
        runs.push(context.runId);
        return engine.model.answer(request, context, onPart);
      },
    };
    const mine = codeRun(async function* ({ model, signal }) {
      let text = "";
      await model.answer({ system: "s", messages: [], tools: [] }, { signal }, (part) => {
        if (part.type === "text") text += part.delta;
        return undefined;
      });
      return text;
    });
    expect((await walked(mine, { ...engine, model })).result).toBe("Raw.");
    expect(engine.spent).toEqual([{ inputTokens: 10, outputTokens: 5 }]);
    expect(runs).toEqual([engine.runId]);
  });

  test("a step's result is stored under its node, and a repeated name is numbered", async () => {
    const mine = codeRun(async function* ({ step }) {
      return [await step("fetch", () => ({ n: 1 })), await step("fetch", async () => 2), await step("none", () => {})];
    });
    const { checkpoints, result } = await walked(mine, codeContext());
    expect(result).toEqual([{ n: 1 }, 2, null]);
    expect(checkpoints.slice(0, 3)).toEqual([
      ["run/fetch", { result: { n: 1 } }],
      ["run/fetch.2", { result: 2 }],
      ["run/none", { result: undefined }],
    ]);
  });

  test("a step whose result is stored is not run again after a takeover", async () => {
    const ran: string[] = [];
    const mine = codeRun(async function* ({ step }) {
      return [await step("a", () => ran.push("a")), await step("a", () => ran.push("a.2"))];
    });
    const earlier = [{ seq: 1, node: "run/a", change: { result: 41 }, progress: null }];
    expect((await walked(mine, codeContext(), { checkpoints: earlier })).result).toEqual([41, 1]);
    expect(ran).toEqual(["a.2"]);
  });

  test("the error for a step that returns no JSON names the step", async () => {
    const mine = codeRun(async function* ({ step }) {
      await step("load", () => new Map([[1n, 1n]]).keys().next().value);
    });
    await expect(walked(mine, codeContext())).rejects.toThrow("the result of step load is not JSON, but a bigint");
  });

  test("emit emits a custom event in its place", async () => {
    const mine = codeRun(async function* ({ emit }) {
      yield "a";
      await emit("mood", { fine: true });
      yield "b";
    });
    expect((await walked(mine, codeContext())).events).toEqual([
      token("a"),
      { type: "custom", payload: { name: "mood", data: { fine: true } } },
      token("b"),
    ]);
  });

  test.each<[string, unknown, unknown, string]>([
    ["no name", "", 1, "a name of 1 to 64 characters"],
    ["a long name", "n".repeat(65), 1, "a name of 1 to 64 characters"],
    ["data that is no JSON", "n", () => {}, "the data of n is not JSON, but a function"],
  ])("emit refuses %s", async (_what, name, data, message) => {
    const mine = codeRun(async function* ({ emit }) {
      await emit(name as string, data);
    });
    await expect(walked(mine, codeContext())).rejects.toThrow(message);
  });

  test.each<[string, object, string]>([
    ["no name", { name: " ", input: {} }, "a name of 1 to 64 characters"],
    ["an input that is no JSON", { name: "n", input: () => {} }, "the input of n is not JSON, but a function"],
  ])("approve refuses %s", async (_what, request, message) => {
    const mine = codeRun(async function* ({ approve }) {
      await approve(request as Parameters<typeof approve>[0]);
    });
    await expect(walked(mine, codeContext())).rejects.toThrow(message);
  });

  test("retrieval searches the user's documents in the agent's collections alone", async () => {
    const retrieval = stubRetrieval([passage("p")]);
    const parts = agentParts({ retrieval: { ...retrieval, table: async () => null } });
    const mine = codeAgent(
      {
        collections: ["a", "b"],
        async *run({ retrieval: documents }) {
          const all = await documents.search({ text: "x".repeat(3_000), k: 900 });
          const one = await documents.search({ text: "q", collection: "b" });
          return [all.length, one.length, (await documents.search({ text: "q", collection: "c" })).length];
        },
      },
      parts,
    );
    expect((await walked(mine, codeContext())).result).toEqual([1, 1, 0]);
    expect(retrieval.queries).toEqual([
      { userId: "u", text: "x".repeat(2_000), collection: ["a", "b"], k: 50 },
      { userId: "u", text: "q", collection: "b", k: 6 },
    ]);
  });

  test("a tool of the agent's own is called with input that its schema allows, and its events are emitted", async () => {
    const received: unknown[] = [];
    const add = tool({
      name: "add",
      description: "Adds.",
      input: { type: "object", properties: { n: { type: "integer" } }, required: ["n"], additionalProperties: false },
      async execute({ n }, { emit }) {
        received.push(n);
        emit("half", n / 2);
        return { sum: n + 1 };
      },
    });
    const engine = {
      ...codeContext([[call("add", { n: "4" }, "c1")], [call("add", { n: 4 }, "c2")], [text("5")]]),
      tools: [add],
    };
    const mine = codeRun(async function* ({ converse }) {
      yield* converse({ system: "s" });
    });
    const { events } = await walked(mine, engine);
    expect(received).toEqual([4]);
    expect(events.map(({ type, payload }) => ("output" in payload ? payload.output : type))).toEqual([
      "tool_start",
      { error: "The argument /n is wrong: must be integer." },
      "tool_start",
      "custom",
      { sum: 5 },
      "token",
    ]);
  });

  test.each([
    ["is a name", "calculate", "tools[0] is a name: pick from context.tools"],
    ["has an unknown field", tool({ ...BARE, inputs: 1 } as typeof BARE), "tools[0].inputs is unknown; there are"],
    ["has no name that models take", tool({ ...BARE, name: "a b" }), "tools[0].name must have 1 to 64"],
  ])("a tool of one conversation that %s is refused before the model is asked", async (_, wrong, mistake) => {
    const engine = codeContext();
    const mine = codeRun(async function* ({ converse }) {
      yield* converse({ system: "s", tools: [wrong as typeof SOUND] });
    });
    expect((await walked(mine, engine).catch(String)) as string).toContain(`a conversation's ${mistake}`);
    expect((engine.model as ReturnType<typeof modelAnswering>).requests).toEqual([]);
  });

  test("a page or a file that cannot be read names the agent's own line in its stack", async () => {
    const parts = agentParts({
      fetchPage: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        throw new UnreadableError("unreachable", "The page is away.");
      },
    });
    const mine = codeRun(async function* (given) {
      const page = await given.fetchPage("http://x.example/").catch((error: Error) => error);
      const file = await given.readFile().catch((error: Error) => error);
      return [page, file].map((error) => (error instanceof UnreadableError ? error.stack : null));
    }, parts);
    const { result } = await walked(mine, codeContext());
    expect(result).toEqual([1, 2].map(() => expect.stringMatching(/code-context\.test\.ts:\d+:\d+/)));
  });

  test("log writes the operator's line with agent, node and run", async () => {
    const lines: unknown[] = [];
    const logger: AgentLogger = {
      ...agentParts().logger,
      isLogged: () => true,
      logged: (...line) => void lines.push(line),
    };
    const mine = codeRun(async function* ({ log }) {
      log.warn("low stock", { left: 3 });
    }, agentParts({ logger }));
    await walked(mine, codeContext());
    expect(lines).toEqual([["warn", { agent: "mine", node: "run", runId: "r" }, "low stock", { left: 3 }]]);
  });
});
