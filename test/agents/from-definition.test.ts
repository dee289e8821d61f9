import { expect, test } from "bun:test";
import type { AgentContext } from "../../src/agents/contract.ts";
import { agentFrom } from "../../src/agents/from-definition.ts";
import type { EventBody } from "../../src/domain/event.ts";
import { agentContext, modelAnswering } from "../support/agent-context.ts";
import { agentParts } from "../support/agent-parts.ts";
import { walked } from "../support/walked.ts";

const context: AgentContext = agentContext(modelAnswering([]));

const token = (delta: string): EventBody => ({ type: "token", payload: { delta } });

test("an agent that is one function emits what it yields, and its return value is the result", async () => {
  const agent = agentFrom(
    "greeter",
    "code",
    {
      async *run({ input }) {
        yield `You said ${input.message}`;
        yield { type: "custom", payload: { name: "mood", data: "fine" } };
        yield async (emit) => void (await emit({ type: "token", payload: { delta: "!" } }));
        return { greeted: true };
      },
    },
    agentParts(),
  );
  expect(await walked(agent, context)).toEqual({
    events: [token("You said hi"), { type: "custom", payload: { name: "mood", data: "fine" } }, token("!")],
    checkpoints: [["run", { result: { greeted: true } }]],
    result: { greeted: true },
  });
});

test("nodes run in their order, unless `next` names another", async () => {
  const agent = agentFrom(
    "graph",
    "code",
    {
      start: "first",
      nodes: {
        first: {
          async *run() {
            yield "1";
            return { count: 1 };
          },
        },
        second: {
          async *run(_context, { count }) {
            yield "2";
            return { count: count + 1 };
          },
          next: ({ count }) => (count < 3 ? "second" : null),
        },
      },
      result: ({ count }) => count,
    },
    agentParts(),
  );
  expect(await walked(agent, context)).toEqual({
    events: [token("1"), token("2"), token("2")],
    checkpoints: [
      ["first", { count: 1 }],
      ["second", { count: 2 }],
      ["second", { count: 3 }],
    ],
    result: 3,
  });
});

test("a generator that is yielded is passed on whole, and what it throws is thrown at the yield", async () => {
  const agent = agentFrom(
    "caller",
    "code",
    {
      async *run() {
        async function* inner() {
          yield token("in");
          throw new Error("inner failed");
        }
        try {
          yield inner();
        } catch (error) {
          yield `caught ${(error as Error).message}`;
        }
      },
    },
    agentParts(),
  );
  expect((await walked(agent, context)).events).toEqual([token("in"), token("caught inner failed")]);
});

test("a definition that contradicts itself is refused by the name of the field", () => {
  expect(() => agentFrom("a", "code", { start: "nowhere", nodes: {} }, agentParts())).toThrow("start");
  expect(() => agentFrom("a", "code", { timeout: "soon", async *run() {} }, agentParts())).toThrow("timeout");
});

test("usage that an agent reports is added to the run's while its node runs, and invalid values are refused", async () => {
  let late = () => {};
  const engine = agentContext(modelAnswering([]));
  const agent = agentFrom(
    "spender",
    "code",
    {
      async *run({ spend }) {
        spend({ inputTokens: 7, outputTokens: 2 });
        late = () => spend({ inputTokens: 1, outputTokens: 1 });
        for (const count of [-1, 0.5, Number.NaN, "7", 1e300]) {
          expect(() => spend({ inputTokens: count as number, outputTokens: 0 })).toThrow("context.spend takes");
        }
        yield "";
      },
    },
    agentParts(),
  );
  await walked(agent, engine);
  late();
  expect(engine.spent).toEqual([{ inputTokens: 7, outputTokens: 2 }]);
});
