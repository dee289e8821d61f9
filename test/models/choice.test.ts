import { describe, expect, test } from "bun:test";
import { builtinModel } from "../../src/builtin/model/index.ts";
import { realSystem } from "../../src/domain/system.ts";
import { type ModelChoice, ModelChoiceError, openModels } from "../../src/models/choice.ts";
import { parseModelSpecs } from "../../src/models/spec.ts";

import { noModelLogger } from "../support/no-model-logger.ts";

const open = (text: string) =>
  openModels(parseModelSpecs(text) ?? [], {
    providers: { openai: { apiKey: "key" }, compatible: { baseUrl: "http://x" } },
    builtin: builtinModel,
    system: realSystem,
    logger: noModelLogger,
  });
const NOTHING: ModelChoice = { name: null, provider: null, path: "/model" };

describe("the model of a run", () => {
  test("is the request's, else the agent's, else that of MODEL", async () => {
    const models = await open("builtin,openai:gpt-5");
    const idFor = async (...choice: Parameters<typeof models.choose>) => (await models.choose(...choice)).id;
    expect(await idFor(null, null)).toBe("builtin,openai:gpt-5");
    expect(await idFor(NOTHING, null)).toBe("builtin,openai:gpt-5");
    expect(await idFor(null, "compatible:a, openai:b")).toBe("compatible:a,openai:b");
    expect(await idFor(NOTHING, "compatible:a")).toBe("compatible:a");
    expect(await idFor({ ...NOTHING, name: "gpt-5" }, "compatible:a")).toBe("openai:gpt-5");
    expect(await models.choose(null, "compatible:a")).toBe(await models.choose(null, "compatible:a"));
  });

  test("is opened once, so that what it has learnt about its server holds for every request", async () => {
    const models = await open("builtin");
    models.setAgentModels(["compatible:a"]);
    const chosen = await models.choose({ ...NOTHING, name: "compatible:a" }, null);
    expect(await models.choose(null, "compatible:a")).toBe(chosen);
    expect(await models.choose(null, "builtin")).toBe(models.standard);
  });

  test("may be any that MODEL or an agent names, and no other", async () => {
    const models = await open("builtin");
    models.setAgentModels(["compatible:a,openai:b", "builtin"]);
    expect(models.list()).toEqual(["builtin", "compatible:a", "openai:b"]);
    for (const name of ["compatible:a", "b", "builtin"]) {
      expect((await models.choose({ ...NOTHING, name }, null)).id).toEndWith(name);
    }
    models.setAgentModels([]);
    expect(models.list()).toEqual(["builtin"]);
    const refused = await models.choose({ ...NOTHING, name: "compatible:a" }, null).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ModelChoiceError);
    expect(refused).toMatchObject({ path: "/model", message: "must be one of the configured models (builtin)" });
  });
});

test("a provider without its key is refused in a caller's words, and the operator's are beside them", async () => {
  const models = await open("builtin");
  const refused = await models.choose({ ...NOTHING, provider: "anthropic" }, null).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    path: "/model",
    message: "is not available here: leave it out, or choose another one",
    remedy: "To let requests choose anthropic, set ANTHROPIC_API_KEY.",
  });
});

test("the models of agents are each list once, without that of MODEL", async () => {
  const models = await open("builtin,openai:b");
  expect(await models.agentModels()).toEqual([]);
  models.setAgentModels(["compatible:a", "compatible:a, openai:b", "builtin,openai:b", "compatible:a"]);
  expect((await models.agentModels()).map(({ id }) => id)).toEqual(["compatible:a", "compatible:a,openai:b"]);
  models.setAgentModels([]);
  expect(await models.agentModels()).toEqual([]);
});

test.each([
  ["gpt-5", "must be builtin, openai:ID"],
  ["openai:b,,builtin", "must be builtin, openai:ID"],
  ["builtin,anthropic:x", "needs ANTHROPIC_API_KEY to be set"],
])("an agent's model %j is refused with the remedy, and changes nothing", async (text, remedy) => {
  const models = await open("builtin");
  models.setAgentModels(["openai:b"]);
  expect(() => models.setAgentModels([text])).toThrow(remedy);
  expect(models.list()).toEqual(["builtin", "openai:b"]);
  await expect(models.choose(null, text)).rejects.toThrow(remedy);
});
