import { expect, test } from "bun:test";
import { dialects } from "../src/dialects/index.ts";
import { providers } from "../src/models/providers/index.ts";
import { allTools } from "./support/all-tools.ts";

const repeated = (names: readonly string[]): readonly string[] =>
  names.filter((name, at) => names.indexOf(name) !== at);

test("no two entries of a list share a name and no two dialects an endpoint, because the later would hide the earlier", () => {
  const endpoints = dialects.flatMap(({ endpoints }) => endpoints.map(({ method, path }) => `${method} ${path}`));
  const names = {
    dialects: dialects.map(({ name }) => name),
    endpoints,
    providers: providers.map(({ name }) => name),
    tools: allTools().map(({ name }) => name),
  };
  for (const [list, all] of Object.entries(names)) {
    expect(all.length).toBeGreaterThan(3);
    expect({ list, repeated: repeated(all) }).toEqual({ list, repeated: [] });
  }
});

test("a provider's name can begin a model spec, and a variable that two providers share has one description", () => {
  const variables = new Map<string, string>();
  for (const { name, variables: own } of providers) {
    expect(name).toMatch(/^[a-z][a-z0-9]*$/);
    for (const { name: variable, holds, description } of Object.values(own)) {
      const line = `${holds}: ${description}`;
      expect([variable, variables.get(variable) ?? line]).toEqual([variable, line]);
      variables.set(variable, line);
    }
  }
  expect(variables.size).toBeGreaterThan(5);
});
