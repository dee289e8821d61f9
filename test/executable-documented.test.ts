import { expect, test } from "bun:test";
import { join } from "node:path";
import { box } from "./support/executable.ts";
import { compared, renamed, transcriptOf } from "./support/transcript.ts";

/** Time for a build and some fifty commands on a busy machine. */
const MINUTES = 240_000;

/** The default port, which the page uses. */
const ADDRESS = "localhost:8011";

// The pages use curl, which a build machine may not have.
test.skipIf(Bun.which("curl") === null).each([
  ["README.md", 2],
  ["docs/api.md", 40],
] as const)(
  "the commands of %s get the documented answers",
  async (page, least) => {
    const shown = transcriptOf(await Bun.file(join(import.meta.dir, "..", page)).text());
    expect(shown.length).toBeGreaterThanOrEqual(least);
    using alone = await box();
    await using service = await alone.serve();
    const names = new Map<string, string>();
    for (const { command, output } of shown) {
      const here = renamed(command, names).replaceAll(ADDRESS, service.url.replace("http://", ""));
      const shell = Bun.spawn(["bash", "-c", here], { cwd: alone.path, stdout: "pipe", stderr: "ignore" });
      const [expected, received] = compared(output, await new Response(shell.stdout).text(), names);
      expect({ command, frames: received }).toEqual({ command, frames: expected });
    }
  },
  MINUTES,
);

const token = (seq: number, delta: string) =>
  `id: demo:${seq}\nevent: token\ndata: {"type":"token","seq":${seq},"payload":{"delta":"${delta}"}}`;
const done = (seq: number) => `id: demo:${seq}\nevent: done\ndata: {"type":"done","seq":${seq},"payload":{}}`;
const stepAt = (seq: number) => `id: demo:${seq}\nevent: step\ndata: {"type":"step","seq":${seq},"payload":{}}`;

test("an answer split into other deltas counts as the same, and later commands use its ids", () => {
  const names = new Map<string, string>();
  const shown = [token(1, "ab"), "…", stepAt(3), done(4)].join("\n\n");
  const real = [":", token(1, "a"), token(2, "b"), stepAt(3), stepAt(4), done(5)].join("\n\n");
  const [expected, received] = compared(shown, real.replace(stepAt(3), "event: other\ndata: {}"), names);
  expect(received).toEqual(expected);
  expect(renamed("from demo:3 to demo:4", names)).toBe("from demo:4 to demo:5");
});

test("a missing frame, an extra frame or another text is a different answer", () => {
  const shown = [token(1, "a"), done(2)].join("\n\n");
  const others = [token(1, "a"), [shown, done(3)].join("\n\n"), [token(1, "b"), done(2)].join("\n\n"), ""];
  for (const real of others) {
    const [expected, received] = compared(shown, real, new Map());
    expect(received).not.toEqual(expected);
  }
});
