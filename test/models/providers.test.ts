import { expect, test } from "bun:test";
import { providers } from "../../src/models/providers/index.ts";
import { profiledProvider } from "../../src/models/providers/profile.ts";
import { modelConformance } from "../conformance/model.ts";
import { KEY } from "../conformance/model-kit.ts";
import { providerModel } from "../support/provider-model.ts";
import { STAND_INS } from "../support/stand-ins.ts";
import { openAiChat } from "../support/wires/openai-chat.ts";

const remote = providers.filter(({ hasIds }) => hasIds);

test("every provider is tested against the model contract", () => {
  expect(Object.keys(STAND_INS)).toEqual(remote.map(({ name }) => name));
});

const acme = profiledProvider({
  name: "acme",
  key: { name: "ACME_API_KEY", description: "Key for acme:ID.", isRequired: true },
  address: {
    name: "ACME_BASE_URL",
    description: "In place of Acme's own address.",
    defaultUrl: "https://acme.test/v1",
  },
  defaultModel: null,
  hasEmbeddings: false,
});

for (const provider of [...remote, acme]) {
  const { wire, path } = STAND_INS[provider.name] ?? { wire: openAiChat, path: "/v1" };
  const key = Object.values(provider.variables).find(({ holds }) => holds === "secret");
  modelConformance(provider.name, {
    wire,
    open: (url) => providerModel(provider, { apiKey: KEY, baseUrl: url + path, region: "eu-central-1" }),
    keyVariable: key?.name ?? "",
  });
}

/** Returns all modules that a file imports statically, directly or not. */
const loadedBy = async (entry: string): Promise<ReadonlySet<string>> => {
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  const loaded = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    if (!file.endsWith(".ts")) continue;
    const imports = transpiler.scanImports(await Bun.file(file).text());
    const own = imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => path);
    waiting.push(
      ...own.map((path) => (path.startsWith(".") ? Bun.fileURLToPath(new URL(path, `file://${file}`)) : path)),
    );
  }
  return loaded;
};

test.each(["src/main.ts", "src/app.ts"])("%s loads no provider's SDK; opening a model does", async (entry) => {
  const loaded = [...(await loadedBy(new URL(`../../${entry}`, import.meta.url).pathname))];
  expect(loaded.filter((path) => path.endsWith("/models/providers/openai.ts"))).toHaveLength(1);
  expect(loaded.filter((path) => path.startsWith("@ai-sdk/"))).toEqual([]);
});

test("the command line loads no adapter, because help needs none", async () => {
  const loaded = [...(await loadedBy(new URL("../../src/main.ts", import.meta.url).pathname))];
  expect(loaded.filter((path) => /\/(?:upstream|store|http)\/|\/models\/compatible\.ts$/.test(path))).toEqual([]);
});
