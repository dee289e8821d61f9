import { expect, test } from "bun:test";
import { exportPKCS8, generateKeyPair, jwtVerify } from "jose";
import { realSystem } from "../../src/domain/system.ts";
import { fetchAt, urlAt } from "../../src/models/access.ts";
import { GoogleTokens, serviceAccountFrom } from "../../src/models/google-token.ts";
import { azure } from "../../src/models/providers/azure.ts";
import { bedrock } from "../../src/models/providers/bedrock.ts";
import { missingVariables } from "../../src/models/providers/contract.ts";
import { openai } from "../../src/models/providers/openai.ts";
import { vertex } from "../../src/models/providers/vertex.ts";
import { HELLO, never, partsFrom, QUESTION } from "../conformance/model-kit.ts";
import { modelServer, replyOf } from "../support/model-server.ts";
import { providerModel } from "../support/provider-model.ts";
import { bedrockConverse } from "../support/wires/bedrock.ts";
import { azureChat } from "../support/wires/openai-chat.ts";
import { openAiResponses } from "../support/wires/openai-responses.ts";

test.each([
  ["https://a.test/v1", "https://a.test/v1/models"],
  ["https://a.test/v1/", "https://a.test/v1/models"],
  ["https://a.test/v1?api-version=1", "https://a.test/v1/models?api-version=1"],
  ["https://a.test/v1/?a=/x/&b=2", "https://a.test/v1/models?a=/x/&b=2"],
  ["https://a.test/v1?", "https://a.test/v1/models"],
])("the path goes before the query of %s", (base, url) => expect(urlAt(base, "/models")).toBe(url));

test("an SDK's requests keep the query of the base URL, beside their own", async () => {
  const sent: string[] = [];
  const send = async (url: string | URL | Request) => {
    sent.push(String(url));
    return new Response();
  };
  const withQuery = fetchAt("https://a.test/v1?k=1", Object.assign(send, { preconnect: fetch.preconnect }));
  await withQuery("https://a.test/v1/x");
  await withQuery("https://a.test/v1/x?alt=sse");
  expect(sent).toEqual(["https://a.test/v1/x?k=1", "https://a.test/v1/x?alt=sse&k=1"]);
});

test.each([
  ["azure, by a deployment's address", azure, azureChat, "/openai/deployments/gpt?api-version=2024-10-21", {}],
  ["azure, by its version", azure, azureChat, "/openai/v1", { apiVersion: "preview" }],
  ["openai, through a gateway", openai, openAiResponses, "/v1?tenant=a", {}],
])("%s: the query comes after the path", async (_, provider, wire, path, more) => {
  await using server = modelServer(wire);
  server.reply(replyOf(wire, HELLO));
  const model = providerModel(provider, { apiKey: "key", baseUrl: server.url + path, ...more });
  await partsFrom(model);
  expect(server.received[0]?.path).toBe(path.split("?")[0] + wire.path);
  expect(server.received[0]?.query).toBe(path.split("?")[1] ?? "api-version=preview");
});

const MISSING = [
  [bedrock, {}, ["AWS_REGION", "AWS_BEARER_TOKEN_BEDROCK"]],
  [bedrock, { region: "x", accessKeyId: "a" }, ["AWS_SECRET_ACCESS_KEY"]],
  [bedrock, { region: "x", accessKeyId: "a", secretAccessKey: "b" }, []],
  [azure, { apiKey: "x" }, ["AZURE_RESOURCE_NAME"]],
  [azure, { apiKey: "x", baseUrl: "https://a.test" }, []],
  [vertex, {}, ["GOOGLE_VERTEX_API_KEY"]],
  [vertex, { project: "p", credentials: "{}" }, []],
] as const;
test("one of several ways to authenticate must be configured completely", () => {
  for (const [provider, settings, missing] of MISSING)
    expect(missingVariables(provider, settings)).toEqual([...missing]);
});

test("Bedrock's requests are signed with an access key, and so is the check", async () => {
  const seen: string[] = [];
  await using server = modelServer(bedrockConverse, (request) => {
    seen.push(request.headers.get("authorization") ?? "");
    return Response.json({});
  });
  server.reply(replyOf(bedrockConverse, HELLO));
  const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret-of-the-key", sessionToken: "a-session" };
  const model = providerModel(bedrock, { ...keys, region: "eu-central-1", baseUrl: server.url });
  await partsFrom(model);
  await model.check({ signal: never });
  const { headers } = server.received[0] ?? { headers: new Headers() };
  const signature = /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request, /;
  expect(headers.get("authorization")).toMatch(signature);
  expect(headers.get("x-amz-security-token")).toBe("a-session");
  expect(seen[0]).toMatch(signature);
  expect(JSON.stringify([headers, seen])).not.toContain("secret-of-the-key");
});

test("without tools, Bedrock gets the calls of earlier turns as text", async () => {
  await using server = modelServer(bedrockConverse);
  server.reply(replyOf(bedrockConverse, HELLO));
  await partsFrom(providerModel(bedrock, { apiKey: "key", region: "x", baseUrl: server.url }), {
    ...QUESTION,
    messages: [
      { role: "user", content: "x=1?", images: [] },
      { role: "assistant", content: "", toolCalls: [{ id: "a", name: "solve", input: { x: 1 } }] },
      { role: "tool", toolCallId: "a", name: "solve", output: { x: 1 }, isError: false },
    ],
  });
  expect(JSON.stringify(bedrockConverse.decode(server.received[0]?.body).turns)).toContain("Result of solve");
});

test("a service account's token is fetched once, used until shortly before its end, and refused in plain words", async () => {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const assertions: string[] = [];
  let status = 200;
  await using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      assertions.push(new URLSearchParams(await request.text()).get("assertion") ?? "");
      return Response.json({ access_token: `token-${assertions.length}`, error: "invalid_grant" }, { status });
    },
  });
  const uri = `http://127.0.0.1:${server.port}/token`;
  const account = { client_email: "a@b.test", private_key: await exportPKCS8(privateKey), token_uri: uri };
  let now = Date.now();
  const tokens = new GoogleTokens(serviceAccountFrom(JSON.stringify(account)), { ...realSystem, now: () => now });
  expect(await Promise.all([tokens.token(), tokens.token()])).toEqual(["token-1", "token-1"]);
  const { payload } = await jwtVerify(assertions[0] ?? "", publicKey, { issuer: "a@b.test", audience: uri });
  expect(payload).toMatchObject({ scope: "https://www.googleapis.com/auth/cloud-platform" });
  now += 3_400_000;
  expect(await tokens.token()).toBe("token-2");
  now += 3_400_000;
  status = 400;
  await expect(tokens.token()).rejects.toMatchObject({ code: "model_unavailable", retryable: false });
  status = 200;
  expect(await tokens.token()).toBe("token-4");
});

test.each(["{}", "not JSON", '{"client_email":"a"}'])("a key file of %s is refused, and not shown", (json) => {
  expect(() => serviceAccountFrom(json)).toThrow("GOOGLE_VERTEX_CREDENTIALS must be the JSON");
});
