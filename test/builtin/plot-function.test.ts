import { describe, expect, test } from "bun:test";
import { draw } from "../../src/builtin/plot/draw.ts";
import { sampleCurves } from "../../src/builtin/plot/sample.ts";
import { mathsWorkers } from "../../src/builtin/tools/maths-workers.ts";
import { plotFunctionTool } from "../../src/builtin/tools/plot-function.ts";
import { finish, toolContext } from "../support/tool-context.ts";

const thread = mathsWorkers();
const request = { expressions: ["x^2-1", "2x+1"], variable: "x", from: -3, to: 4, title: undefined };
const piecesOf = (text: string, from: number, to: number): number => {
  const [curve = []] = sampleCurves([text], "x", from, to);
  return curve.filter((point, n) => point !== null && (n === 0 || curve[n - 1] === null)).length;
};

describe("a curve", () => {
  test.each([
    ["x^2", -3, 3, 1],
    ["1/x", -3, 3, 2],
    ["tan(x)", -6, 6, 5],
    ["1/(x^2-1)", -2, 2, 3],
    ["floor(x)", 0.1, 2.9, 3],
    ["sqrt(x)", -1, 4, 1],
    ["abs(x)", -3, 3, 1],
    ["50*sin(40x)", 0, 3, 1],
    ["e^(10x)", -3, 3, 1],
  ])("%s from %d to %d has %d...%d pieces", (text, from, to, pieces) => {
    expect(piecesOf(text, from, to)).toBe(pieces);
  });

  test.each([
    ["x+z", '"z"'],
    ["sqrt(x)-3", "no real value"],
    ["diff(x^2,x)", "cannot be evaluated"],
    ["x+(", "Cannot read"],
  ])("%s is refused", (text, reason) => {
    expect(() => sampleCurves([text], "x", -9, -1)).toThrow(reason);
  });
});

describe("a picture", () => {
  test("has every curve, a legend, and the axes through zero", async () => {
    const { svg, points, yRange } = await draw(request);
    expect(svg).toStartWith("<svg ");
    expect(svg).toContain("y = x^2-1");
    expect(svg).toContain("y = 2*x+1");
    expect(svg.match(/stroke-width="2.5"/gu)).toHaveLength(2);
    expect(points).toBe(1202);
    expect(yRange[0]).toBeLessThan(-5);
    expect(yRange[1]).toBeGreaterThan(15);
    expect(svg).not.toMatch(/NaN|undefined/u);
  });

  test("escapes its title and names a font for any script", async () => {
    const { svg } = await draw({ ...request, title: '<script>alert("여울")</script> & co' });
    expect(svg).not.toContain("<script");
    expect(svg).toContain("여울");
    expect(svg).toContain('font-family="sans-serif"');
  });

  test("does not let a pole flatten everything else", async () => {
    const { yRange } = await draw({ ...request, expressions: ["tan(x)"], from: -6, to: 6 });
    expect(yRange[1]).toBeLessThan(30);
  });

  test.each([["5"], ["0"], ["1e30*x"], ["x*1e-30"]])("of %s is drawn too", async (text) => {
    const { svg } = await draw({ ...request, expressions: [text] });
    expect(svg).not.toMatch(/NaN|Infinity/u);
  });
});

test("the tool announces a picture, stores it, and emits its address", async () => {
  const context = toolContext({ locale: "ko" });
  const { events, value } = await finish(
    plotFunctionTool(thread).call({ expressions: ["y = x^2"], from: -2, to: 2 }, context),
  );
  const [image] = context.images;
  const image_id = image?.imageId ?? "";
  expect(events).toEqual([
    { type: "image_placeholder", payload: { image_id, alt: "그래프: y = x^2" } },
    {
      type: "image_result",
      payload: { image_id, url: `images/${image_id}`, media_type: "image/svg+xml", width: 720, height: 480 },
    },
  ]);
  expect(value).toMatchObject({ image_id, url: `images/${image_id}`, points: 601 });
  expect(new TextDecoder().decode(image?.bytes)).toStartWith("<svg ");
});

test("a picture that was announced and cannot be drawn is cancelled", async () => {
  const messages: string[] = [];
  const generator = plotFunctionTool(thread).call({ expressions: ["sqrt(x)"], from: -5, to: -1 }, toolContext());
  const run = async (): Promise<void> => {
    for await (const event of generator) messages.push(JSON.stringify(event));
  };
  await expect(run()).rejects.toThrow("no real value");
  expect(messages).toHaveLength(2);
  expect(messages[1]).toContain("could not be drawn");
});

test("an interval that runs backwards is refused before anything is announced", async () => {
  const generator = plotFunctionTool(thread).call({ expressions: ["x"], from: 3, to: 3 }, toolContext());
  expect(generator.next()).rejects.toThrow("less than");
});
