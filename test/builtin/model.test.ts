import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import fc from "fast-check";
import { builtinModel } from "../../src/builtin/model/index.ts";
import { isStorable } from "../../src/domain/text.ts";
import type { ModelMessage, ModelPart, ModelRequest, ToolSpec } from "../../src/models/contract.ts";
import { reconsider } from "../../src/services/solve/prompt.ts";
import { partsOf } from "../support/model-parts.ts";

const tools: readonly ToolSpec[] = ["solve_equation", "calculate", "plot_function"].map((name) => ({
  name,
  description: name,
  input: Type.Object({}),
}));
const user = (content: string): ModelMessage => ({ role: "user", content, images: [] });

const run = (request: Partial<ModelRequest>): Promise<ModelPart[]> =>
  partsOf(builtinModel(), { system: "", messages: [], tools, ...request }, { signal: new AbortController().signal });
const textOf = (parts: readonly ModelPart[]): string =>
  parts.map((part) => (part.type === "text" ? part.delta : "")).join("");
const lastLine = (text: string): string | undefined => text.trimEnd().split("\n").at(-1);

/** The whole exchange: earlier messages, the call, the tool's output, the explanation. */
const ask = async (
  conversation: string | readonly ModelMessage[],
  output: unknown,
  isError = false,
): Promise<string> => {
  const messages = typeof conversation === "string" ? [user(conversation)] : conversation;
  const [call] = await run({ messages });
  if (call?.type !== "tool_call") throw new Error(`no call: ${textOf(call === undefined ? [] : [call])}`);
  const { id, name, input } = call;
  const answered: readonly ModelMessage[] = [
    ...messages,
    { role: "assistant", content: "", toolCalls: [{ id, name, input }] },
    { role: "tool", toolCallId: id, name, output, isError },
  ];
  return textOf(await run({ messages: answered }));
};

const solved = (solutions: readonly Record<string, string>[], more: object = {}) => ({
  solutions,
  approximate: [],
  steps: [],
  ...more,
});

const LINEAR = solved([{ x: "2" }], {
  steps: [
    "2*x+3 = 7 -> (2*x+3)-3 = 7-3",
    "(2*x+3)-3 = 7-3 -> 2*x = 7-3",
    "2*x = 7-3 -> 2*x = 4",
    "2*x = 4 -> (2*x)/2 = 4/2",
    "(2*x)/2 = 4/2 -> x = 4/2",
    "x = 4/2 -> x = 2",
  ],
});

describe("a call", () => {
  test("is emitted complete, with finish reason tool calls", async () => {
    const parts = await run({ messages: [user("2x + 3 = 7 을 풀어줘.")] });
    expect(parts).toEqual([
      { type: "tool_call", id: "call_1", name: "solve_equation", input: { equations: ["2*x+3=7"] } },
      {
        type: "finish",
        reason: "tool_calls",
        usage: { inputTokens: expect.any(Number), outputTokens: expect.any(Number) },
      },
    ]);
  });

  test("uses no tool that is not offered; instead the model says that it needs it", async () => {
    const parts = await run({ messages: [user("2x + 3 = 7 을 풀어줘.")], tools: [] });
    expect(textOf(parts)).toContain("`solve_equation`");
    expect(parts.at(-1)).toMatchObject({ type: "finish", reason: "stop" });
  });
});

describe("an equation", () => {
  test("that is linear is explained in Korean with the tool's steps, a check and the result in bold", async () => {
    const text = await ask("2x + 3 = 7 을 풀어줘.", LINEAR);
    expect(text).toContain("1. 양변에서 3 빼기: `2x + 3 - 3 = 7 - 3`");
    expect(text).toContain("4. 양변을 2로 나누기: `2x/2 = 4/2`");
    expect(text).toContain("좌변은 2·2 + 3 = 7, 우변은 7: 성립합니다.");
    expect(lastLine(text)).toBe("**답: x = 2**");
  });

  test("that is linear is explained in English when it is asked in English", async () => {
    const text = await ask("Solve 2x + 3 = 7", LINEAR);
    expect(text).toContain("1. Subtract 3 from both sides: `2x + 3 - 3 = 7 - 3`");
    expect(text).toContain("left side 2·2 + 3 = 7, right side 7: true.");
    expect(text).not.toMatch(/[가-힣]/);
    expect(lastLine(text)).toBe("**Answer: x = 2**");
  });

  test("without words is answered in the language of the conversation or of the system prompt", async () => {
    expect(await ask([user("안녕하세요"), user("2x+3=7")], LINEAR)).toContain("**답: x = 2**");
    expect(textOf(await run({ system: "Answer in Korean.", messages: [user("…")] }))).toStartWith("안녕하세요");
  });

  test("that is quadratic with rational roots is factored", async () => {
    const output = solved([{ x: "2" }, { x: "3" }]);
    expect(await ask("x^2 - 5x + 6 = 0 의 해를 구해줘", output)).toContain("인수분해합니다: `(x - 2)(x - 3) = 0`");
    const text = await ask("solve 2x^2 - 3x + 1 = 0", solved([{ x: "1/2" }, { x: "1" }]));
    expect(text).toContain("`(2x - 1)(x - 1) = 0`");
    expect(lastLine(text)).toBe("**Answer: x = 1/2 or x = 1**");
  });

  test("that is quadratic with irrational roots shows the discriminant and decimals", async () => {
    const text = await ask("Solve 2x^2-3x-1=0", solved([{ x: "(3-sqrt(17))/4" }, { x: "(3+sqrt(17))/4" }]));
    expect(text).toContain("`D = b^2 - 4ac = (-3)^2 - 4·2·(-1) = 17`");
    expect(text).toContain("`x ≈ -0.2807764`, `x ≈ 1.780776`");
    expect(lastLine(text)).toBe("**Answer: x = (3 - √17)/4 or x = (3 + √17)/4**");
  });

  test("with a double root says so", async () => {
    expect(await ask("x^2 - 4x + 4 = 0 을 풀어줘", solved([{ x: "2" }]))).toContain("중근");
  });

  test("with only complex roots says that none is real", async () => {
    const text = await ask("x^2+1=0 을 풀어줘", solved([{ x: "-i" }, { x: "i" }], { note: "no_real_solution" }));
    expect(text).toContain("실수해는 없고");
    expect(lastLine(text)).toBe("**답: x = -i 또는 x = i, 실수해는 없음**");
  });

  test("without a solution, or with infinitely many, says which", async () => {
    const none = await ask("2x+3=2x+5 를 풀어줘", solved([], { note: "no_solution" }));
    expect(lastLine(none)).toBe("**답: 해가 없습니다**");
    const all = await ask("solve x+1=x+1", solved([], { note: "identity" }));
    expect(lastLine(all)).toBe("**Answer: infinitely many solutions**");
    const unknown = await ask("solve x*e^x = 3 + x", solved([]));
    expect(lastLine(unknown)).toBe("No solution was found.");
    expect(unknown).not.toContain("**");
  });

  test("in a system is solved by elimination and checked in each equation", async () => {
    const text = await ask("연립방정식 x + y = 5, x - y = 1", solved([{ x: "3", y: "2" }]));
    expect(text).toContain("2. y를 소거합니다. ① + ②: `2x = 6`");
    expect(text).toContain("좌변은 3 - 2 = 1");
    expect(lastLine(text)).toBe("**답: x = 3, y = 2**");
    const english = await ask("solve 2x+y=5 and x-3y=-1", solved([{ x: "2", y: "1" }]));
    expect(english).toContain("Eliminate y. ①×(-3) + ②×(-1): `-7x = -14`");
    expect(lastLine(english)).toBe("**Answer: x = 2, y = 1**");
  });

  test("whose solution is wrong is not presented as solved", async () => {
    const text = await ask("2x + 3 = 7 을 풀어줘.", solved([{ x: "5" }]));
    expect(text).toContain("성립하지 않습니다");
    expect(lastLine(text)).toBe("구한 값을 대입하면 맞지 않으므로 답으로 내지 않습니다.");
    expect(text).not.toContain("**");
  });

  test("that the agent asks to reconsider is solved again, and the answer says so", async () => {
    const before: readonly ModelMessage[] = [
      user("Solve 2x + 3 = 7"),
      { role: "assistant", content: "**Answer: x = 5**", toolCalls: [] },
      user(reconsider("en", ["2x + 3 = 7"])),
    ];
    const text = await ask(before, LINEAR);
    expect(text).toStartWith("The answer before was doubted");
    expect(lastLine(text)).toBe("**Answer: x = 2**");
  });
});

describe("a calculation", () => {
  test.each([
    ["12*(3+4)은?", { result: "84" }, "= `12·7`", "**답: 84**"],
    ["1/3 + 1/6", { result: "1/2", decimal: "0.5" }, "= `2/6 + 1/6`", "**Answer: 1/2**"],
    ["√2 + √2", { result: "2*sqrt(2)" }, "`2·√2 ≈ 2.828427`", "**Answer: 2·√2**"],
    ["x^3 sin x 를 미분해줘", { result: "3*sin(x)*x^2+cos(x)*x^3" }, "곱의 미분법", "**답: 3x^2·sin(x) + x^3·cos(x)**"],
    ["derivative of x^5", { result: "5*x^4" }, "power rule", "**Answer: 5x^4**"],
    ["derivative of sin(x^2)", { result: "2*cos(x^2)*x" }, "chain rule", "**Answer: 2x·cos(x^2)**"],
    ["sin(x)/x 를 미분", { result: "cos(x)/x-sin(x)/x^2" }, "몫의 미분법", "**답: cos(x)/x - sin(x)/x^2**"],
    ["∫ x e^x dx", { result: "e^x*x-e^x" }, "by parts", "**Answer: x·e^x - e^x + C**"],
    ["2x e^(x^2) 를 적분", { result: "e^(x^2)" }, "치환적분", "**답: e^(x^2) + C**"],
    ["integrate x^2 from 0 to 1", { result: "1/3", decimal: "0.3333333333" }, "Simpson", "**Answer: 1/3**"],
    ["x가 0으로 갈 때 sin(x)/x의 극한", { result: "1" }, "로피탈", "**답: 1**"],
    ["limit of 1/x^2 as x approaches 0", { result: "Infinity" }, "symbolic tool", "**Answer: ∞ (diverges)**"],
    ["x^2-5x+6 을 인수분해", { result: "(x-2)*(x-3)" }, "검산", "**답: (x - 2)(x - 3)**"],
    ["expand (x+1)^3", { result: "1+3*x+3*x^2+x^3" }, "Check", "**Answer: x^3 + 3x^2 + 3x + 1**"],
    ["1부터 100까지의 합은?", { result: "5050" }, "n(n + 1)/2", "**답: 5050**"],
  ])("%p is explained", async (question, output, contained, result) => {
    const text = await ask(question, output);
    expect(text).toContain(contained);
    expect(lastLine(text)).toBe(result);
  });

  test("whose result is numerically wrong is not presented as right", async () => {
    const text = await ask("derivative of x^5", { result: "5*x^3" });
    expect(lastLine(text)).toBe("Not solved: the check fails.");
    expect(text).not.toContain("**");
  });

  test("that the tool failed to do or returned unchanged is reported as unsolved", async () => {
    const failed = await ask("∫ e^(-x^2) dx", { error: "No antiderivative was found. Try something else." }, true);
    expect(failed).toContain("“No antiderivative was found.”");
    expect(lastLine(failed)).toBe("Not solved.");
    expect(failed).not.toContain("**");
    expect(lastLine(await ask("x^x 를 적분해줘", { result: "integrate(x^x,x)" }))).toBe("답을 구하지 못했습니다.");
  });

  test("with a picture shows its address", async () => {
    const text = await ask("y = x^2 그래프를 그려줘", {
      image_id: "1",
      url: "api/images/1",
      points: 2,
      y_range: [0, 100],
    });
    expect(text).toContain("![y = x^2](api/images/1)");
    expect(lastLine(text)).toBe("**그래프: y = x^2 (-10 ≤ x ≤ 10)**");
  });
});

describe("anything else", () => {
  test.each(["안녕", "hello", "who are you?", "시를 한 편 써줘"])(
    "such as %p is answered with what the model is, what it can do and how to use another",
    async (message) => {
      const parts = await run({ messages: [user(message)] });
      const text = textOf(parts);
      expect(/[가-힣]/.test(text)).toBe(/[가-힣]/.test(message));
      for (const setting of ["openai:", "OPENAI_API_KEY", "anthropic:", "google:", "compatible:", "MODEL_BASE_URL"]) {
        expect(text).toContain(setting);
      }
      expect(text.match(/^- /gm)).toHaveLength(3);
      expect(parts.at(-1)).toMatchObject({ type: "finish", reason: "stop" });
    },
  );
});

describe("the stream", () => {
  const anyMessage: fc.Arbitrary<ModelMessage> = fc.oneof(
    fc.string({ unit: "binary" }).map(user),
    fc.constantFrom("2x+3=7", "derivative of x^2", "plot x^2", "1+1").map(user),
    fc.record({
      role: fc.constant("tool" as const),
      toolCallId: fc.string(),
      name: fc.constantFrom("solve_equation", "calculate", "plot_function", "other"),
      output: fc.oneof(
        fc.jsonValue(),
        fc.record({ result: fc.string({ unit: "binary" }) }),
        fc.record({
          solutions: fc.array(fc.dictionary(fc.constantFrom("x", "y"), fc.string({ unit: "binary" }))),
          approximate: fc.jsonValue(),
          steps: fc.array(fc.string({ unit: "binary" })),
        }),
      ),
      isError: fc.boolean(),
    }),
  );

  test("never throws, ends with exactly one finish, has only storable text, and counts its tokens", async () => {
    const messages = fc.array(anyMessage, { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(messages, fc.string(), async (conversation, system) => {
        const parts = await run({ system, messages: conversation });
        expect(parts.filter(({ type }) => type === "finish")).toHaveLength(1);
        const finish = parts.at(-1);
        expect(finish?.type === "finish" && finish.usage.outputTokens > 0).toBe(true);
        expect(parts.every((part) => part.type !== "text" || (part.delta !== "" && isStorable(part.delta)))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("has a result in bold in its last line or no bold at all, for any tool output to a question of mathematics", async () => {
    const name = fc.constantFrom(["solve_equation", "2x+3=7"], ["calculate", "1+1"], ["plot_function", "plot x^2"]);
    await fc.assert(
      fc.asyncProperty(name, anyMessage, async ([tool = "", question = ""], message) => {
        if (message.role !== "tool") return;
        const answered = textOf(await run({ messages: [user(question), { ...message, name: tool }] }));
        if (answered.includes("**")) expect(lastLine(answered)).toMatch(/^\*\*[^\n]+\*\*$/);
        expect(answered).not.toMatch(/\*\*.*(?:not solved|failed|was found|못했|실패)/);
      }),
      { numRuns: 500 },
    );
  });

  test("comes in deltas of about a word", async () => {
    const deltas = (await run({ messages: [user("hello")] })).filter(({ type }) => type === "text");
    expect(deltas.length).toBeGreaterThan(50);
  });

  test("ends with the signal's reason as soon as it aborts", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const request = { system: "", messages: [user("hello")], tools };
    const call = builtinModel().answer(request, { signal: controller.signal }, () => void controller.abort(reason));
    await expect(call).rejects.toBe(reason);
  });

  test("is ready without a key or a network", async () => {
    const model = builtinModel();
    expect(model.id).toBe("builtin");
    expect(await model.check({ signal: new AbortController().signal })).toBeUndefined();
  });
});
