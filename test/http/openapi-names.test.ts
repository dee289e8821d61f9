import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";

type Json = { readonly [key: string]: Json };

/** Returns all values of this key at any depth. */
const allOf = (key: string, value: unknown): readonly unknown[] =>
  typeof value !== "object" || value === null
    ? []
    : Object.entries(value).flatMap(([name, held]) => [...(name === key ? [held] : []), ...allOf(key, held)]);

describe.each([
  ["open", {}, {}],
  ["behind a token", { AUTH_TOKEN: "the-token" }, { authorization: "Bearer the-token" }],
])("the document of a service that is %s", (_, env, headers) => {
  let service: TestService<ScriptedModel>;
  let document: Json;
  let refs: ReadonlySet<unknown>;
  beforeAll(async () => {
    service = await startService({ env: env as Record<string, string> });
    document = (await (
      await service.get("/openapi.json", { headers: headers as Record<string, string> })
    ).json()) as Json;
    refs = new Set(allOf("$ref", document));
  });
  afterAll(() => service.stop());

  test("names the schema of every frame's parsed data, so that type generators can use it", () => {
    const payloads = allOf("contentSchema", document).map((schema) => {
      const [ref, another] = allOf("$ref", { schema: (schema as Json).allOf ?? [schema] });
      expect(another).toBeUndefined();
      return String(ref);
    });
    expect(payloads.length).toBeGreaterThan(30);
    const names = payloads.map((ref) => ref.replace("#/components/schemas/", ""));
    const schemas = document.components?.schemas ?? {};
    expect(names.filter((name) => schemas[name]?.type !== ("object" as unknown))).toEqual([]);
    for (const name of [
      "NativeEnvelopeToken",
      "NativeEnvelopeReset",
      "QuestionAndAnswerToken",
      "AgentChatToken",
      "AgentChatFinal",
    ])
      expect(names).toContain(name);
  });

  test("describes a GET's frames like a POST's, under the same names", () => {
    const payloadsAt = (path: string, method: string) =>
      allOf("contentSchema", framesAt(document, path, method)).flatMap((schema) => allOf("$ref", schema));
    for (const path of ["/ask", "/api/chat/stream"]) expect(payloadsAt(path, "get")).toEqual(payloadsAt(path, "post"));
  });

  test("has no unused component and no reference to a missing one", () => {
    const held = ["schemas", "responses", "headers"].flatMap((kind) =>
      Object.keys(document.components?.[kind] ?? {}).map((name) => `#/components/${kind}/${name}`),
    );
    expect(held.filter((ref) => !refs.has(ref))).toEqual([]);
    expect([...refs].filter((ref) => !held.includes(String(ref)))).toEqual([]);
  });

  test("describes what every operation requires", () => {
    expect(document.security).toBeDefined();
    expect(JSON.stringify(document.security) === "[]").toBe(Object.keys(headers).length === 0);
  });
});

/** Returns what an operation streams, with each frame's schema in place of its name. */
const framesAt = (document: Json, path: string, method: string): unknown => {
  const stream = document.paths?.[path]?.[method]?.responses?.["200"]?.content?.["text/event-stream"];
  return allOf("$ref", stream).map((ref) => document.components?.schemas?.[String(ref).split("/").at(-1) ?? ""]);
};
