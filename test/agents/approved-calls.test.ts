import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { callTools, type LoggedCall } from "../../src/agents/call-tools.ts";
import type { PersonsWord } from "../../src/agents/contract.ts";
import { tool } from "../../src/agents/public.ts";
import type { EventBody } from "../../src/domain/event.ts";
import { agentContext, modelAnswering } from "../support/agent-context.ts";

/** Makes one call of a tool that waits for a person, as an attempt that finds this word on it. */
const attempt = async (
  word: PersonsWord | null,
  given: Pick<LoggedCall, "earlier" | "approval">,
  input: unknown = { n: 1 },
) => {
  const made: unknown[] = [];
  const requested: string[] = [];
  const events: EventBody[] = [];
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: Type.Object({ n: Type.Number() }),
    execute: async (with_) => {
      made.push(with_);
      return "paid";
    },
  });
  const context = agentContext(modelAnswering([]));
  const approvals = {
    ...context.approvals,
    needs: () => true,
    request: async (calls: readonly { readonly toolCallId: string }[]) =>
      void requested.push(...calls.map(({ toolCallId }) => toolCallId)),
    word: () => word,
    wait: () => Promise.reject(new Error("stopped to wait")),
  };
  const call = { call: { id: "c", name: "pay", input }, toolCallId: "c", ...given };
  const outcome = callTools([call], [pay], { ...context, approvals }, (event) => void events.push(event));
  const [settled] = await Promise.allSettled([outcome]);
  return { made, requested, types: events.map(({ type }) => type), settled };
};

const APPROVED: PersonsWord = { decision: "approve", input: null, message: null };

describe("a call that waits for a person", () => {
  test("is stored, told of, and not made", async () => {
    const { made, requested, types, settled } = await attempt(null, {});
    expect([made, requested]).toEqual([[], ["c"]]);
    expect(types).toEqual(["tool_start", "approval_requested"]);
    expect(settled).toMatchObject({ status: "rejected", reason: { message: "stopped to wait" } });
  });

  test("is made once it is approved, with the input that the person gave", async () => {
    const { made, requested, settled } = await attempt(
      { ...APPROVED, input: { n: 2 } },
      { earlier: "unknown", approval: "requested" },
    );
    expect([made, requested]).toEqual([[{ n: 2 }], []]);
    expect(settled).toMatchObject({ value: [{ output: "paid", isError: false }] });
  });

  test("is not made again when an attempt that may have made it has died", async () => {
    const { made, settled, types } = await attempt(APPROVED, { earlier: "unknown", approval: "resolved" });
    expect(made).toEqual([]);
    expect(settled).toMatchObject({ value: [{ isError: true }] });
    expect(JSON.stringify(settled)).toContain("not known whether the call succeeded");
    expect(types.at(-1)).toBe("tool_result");
  });

  test("is not asked about when its tool would refuse it", async () => {
    const { made, requested, types, settled } = await attempt(null, {}, { n: "one" });
    expect([made, requested, types]).toEqual([[], [], ["tool_start", "tool_result"]]);
    expect(settled).toMatchObject({ value: [{ isError: true }] });
  });
});
