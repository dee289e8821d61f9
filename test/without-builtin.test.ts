import { afterAll, beforeAll, expect, test } from "bun:test";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Box, box, post } from "./support/executable.ts";
import { modelServer, replyOf } from "./support/model-server.ts";
import { openAiChat } from "./support/wires/openai-chat.ts";

const ROOT = resolve(import.meta.dir, "..");
/** The sources of the executable. */
const PARTS = ["src", "scripts", "drizzle", "package.json", "tsconfig.json", "THIRD-PARTY-NOTICES"];
const IMPORT = 'import { builtin } from "./builtin/index.ts";\n';

/** The project without the folder and the one line that imports it. */
const withoutBuiltin = async (): Promise<string> => {
  const copy = await mkdtemp(join(tmpdir(), "yeoul-without-"));
  for (const part of PARTS) await cp(join(ROOT, part), join(copy, part), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));
  await rm(join(copy, "src/builtin"), { recursive: true });
  const app = join(copy, "src/app.ts");
  const source = await readFile(app, "utf8");
  expect(source).toContain(IMPORT);
  await writeFile(app, source.replace(IMPORT, "const builtin = null;\n"));
  return copy;
};

let copy: string;
let service: Box;

beforeAll(async () => {
  copy = await withoutBuiltin();
  const child = Bun.spawn([process.execPath, "scripts/build.ts"], { cwd: copy, stdout: "ignore", stderr: "pipe" });
  const stderr = await new Response(child.stderr).text();
  expect({ code: await child.exited, stderr }).toEqual({ code: 0, stderr: "" });
  service = await box(join(copy, "dist/yeoul"));
}, 120_000);
afterAll(async () => {
  service?.[Symbol.dispose]();
  await rm(copy, { recursive: true, force: true });
});

test("without the built-in model the service answers with the configured model", async () => {
  await using model = modelServer(openAiChat);
  model.reply(replyOf(openAiChat, { text: ["Seven", " it is."], finish: "stop" }));
  await using running = await service.serve({ MODEL: "compatible:any", MODEL_BASE_URL: `${model.url}/v1` });
  const response = await post(`${running.url}/api/v1/solve`, { problem: "What is 3 + 4?", user_id: "u" });
  const text = await response.text();
  expect(text).toContain(" it is.");
  expect(text).toContain("event: done");
});

test("without the built-in model a start without a configured model says so", async () => {
  const { code, stderr } = await service.run([]);
  expect(code).not.toBe(0);
  expect(stderr).toContain("MODEL must name a provider and a model");
});
