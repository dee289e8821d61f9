import { describe, expect, test } from "bun:test";
import { builtinModel } from "../../src/builtin/model/index.ts";
import { realSystem } from "../../src/domain/system.ts";
import type { Model } from "../../src/models/contract.ts";
import { modelFrom } from "../../src/models/open.ts";
import { parseModelSpecs } from "../../src/models/spec.ts";
import { solve } from "../support/answers.ts";
import { sharedStore } from "../support/harness.ts";
import { type ModelServer, modelServer, replyOf } from "../support/model-server.ts";
import { nativeEvents, payloadsOf } from "../support/native-events.ts";
import { noModelLogger } from "../support/no-model-logger.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { refusalOf } from "../support/views.ts";
import { anthropicMessages } from "../support/wires/anthropic.ts";
import { googleGenerate } from "../support/wires/google.ts";
import { openAiChat } from "../support/wires/openai-chat.ts";
import { openAiResponses } from "../support/wires/openai-responses.ts";
import type { Wire, WireAnswer } from "../support/wires/wire.ts";

const BASE64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const INLINE = `data:image/png;base64,${BASE64}`;
const ADDRESS = "https://example.com/a%20b.png?size=2";
const HELLO: WireAnswer = { text: ["I see."], usage: { inputTokens: 1, outputTokens: 1 }, finish: "stop" };

/** Each provider, and the two pictures in the format of its documentation. */
const providers: readonly (readonly [string, Wire, string, readonly [object, object]])[] = [
  [
    "compatible",
    openAiChat,
    "/v1",
    [
      { type: "image_url", image_url: { url: ADDRESS } },
      { type: "image_url", image_url: { url: INLINE } },
    ],
  ],
  [
    "openai",
    openAiResponses,
    "/v1",
    [
      { type: "input_image", image_url: ADDRESS },
      { type: "input_image", image_url: INLINE },
    ],
  ],
  [
    "anthropic",
    anthropicMessages,
    "/v1",
    [
      { type: "image", source: { type: "url", url: ADDRESS } },
      { type: "image", source: { type: "base64", media_type: "image/png", data: BASE64 } },
    ],
  ],
  [
    "google",
    googleGenerate,
    "/v1beta",
    [
      { fileData: { mimeType: "image/png", fileUri: ADDRESS } },
      { inlineData: { mimeType: "image/png", data: BASE64 } },
    ],
  ],
];

const modelAt = (provider: string, url: string) =>
  modelFrom(parseModelSpecs(`${provider}:stand-in`) ?? [], {
    providers: { [provider]: { apiKey: "key", baseUrl: url } },
    system: realSystem,
    logger: noModelLogger,
  });

describe.each(providers)("pictures for %s", (provider, wire, path, parts) => {
  const withService = async (work: (service: TestService<Model>, server: ModelServer) => Promise<void>) => {
    await using server = modelServer(wire);
    const service = await startService({
      store: await sharedStore(),
      model: await modelAt(provider, server.url + path),
    });
    try {
      await work(service, server);
    } finally {
      // One that goes on would take over what other tests of this store leave.
      await service.stop();
    }
  };
  const userId = `images of ${provider}`;
  /** What the provider received from the user, turn by turn. */
  const shown = (server: ModelServer, call: number) =>
    wire.decode(server.received[call]?.body).turns.flatMap((turn) => (turn.role === "user" ? [turn.images] : []));

  test("reach it in its format, by URL and inline, with the question and with later ones", () =>
    withService(async (service, server) => {
      server.reply(replyOf(wire, HELLO), replyOf(wire, HELLO));
      const ask = async (problem: string, image_urls: unknown) => {
        const body = { problem, user_id: userId, thread_id: "t", image_urls };
        const events = nativeEvents(await readSse(await service.post("/api/v1/solve", body)).toEnd());
        expect(events.at(-1)?.type).toBe("done");
      };
      await ask("What is on these?", [ADDRESS, INLINE]);
      expect(shown(server, 0)).toEqual([[ADDRESS, INLINE]]);
      // Anthropic's last part is marked for its cache.
      const body = JSON.stringify(server.received[0]?.body).replaceAll(',"cache_control":{"type":"ephemeral"}', "");
      for (const part of parts) expect(body).toContain(JSON.stringify(part));
      await ask("And in the corner?", null);
      expect(shown(server, 1)).toEqual([[ADDRESS, INLINE], []]);
    }));

  test("are also accepted in filesUrl, along with other files", () =>
    withService(async (service, server) => {
      server.reply(replyOf(wire, HELLO));
      const files = ["reports/2026.key", "https://example.com/report.pdf?v=2", "", "file:///etc/passwd"];
      const body = { message: "What is this?", userId, filesUrl: [...files, INLINE] };
      const frames = await readSse(await service.post("/stream/v2", body)).toEnd();
      expect(frames.at(-1)?.event).toBe("run.completed");
      expect(shown(server, 0)).toEqual([[INLINE]]);
    }));
});

describe("pictures of a question", () => {
  const fields = [["/api/v1/solve", "image_urls", { problem: "hi", user_id: "u" }]] as const;

  test.each(fields)(
    "%s refuses %s that are no pictures, and names the field but no value",
    async (path, field, body) => {
      const service = await startService({ store: await sharedStore() });
      const bad = [
        "",
        " ",
        "hunter2",
        "/relative.png",
        "//host/a.png",
        "http://",
        "http://[",
        "http://999.999.999.999/",
        "http://h:99999/",
        "https://exa mple.com/a.png",
        "ftp://host/a.png",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "blob:https://host/1",
        "data:",
        "data:image/png;base64,",
        "data:image/png;base64,***",
        "data:image/png,hunter2",
        "data:text/html;base64,aHVudGVyMg==",
        "data:application/pdf;base64,JVBERg==",
        `https://example.com/${"a".repeat(9000)}`,
        "https://example.com/\0",
        "https://example.com/\ud800",
      ];
      for (const url of bad) {
        const response = await service.post(path, { ...body, [field]: [ADDRESS, url] });
        expect([url, response.status]).toEqual([url, 422]);
        const text = await response.clone().text();
        expect(text).not.toContain("hunter2");
        expect((await refusalOf(response)).details).toMatchObject([{ path: `/${field}` }]);
      }
      for (const wrong of [7, "text", {}, [7], [null], [[ADDRESS]], Array(17).fill(ADDRESS)]) {
        const response = await service.post(path, { ...body, [field]: wrong });
        expect(response.status).toBe(422);
        expect((await refusalOf(response)).details).toMatchObject([{ path: `/${field}` }]);
      }
      const heavy = `data:image/png;base64,${"A".repeat(1024 * 1024)}`;
      expect((await service.post(path, { ...body, [field]: [heavy] })).status).toBe(413);
      await service.stop();
    },
  );

  test.each(fields)("%s takes sixteen of them, and %s inline up to the size of a body", async (path, field, body) => {
    const service = await startService({ store: await sharedStore() });
    const images = [...Array(15).fill(ADDRESS), `data:image/png;base64,${"A".repeat(1000 * 1024)}`];
    const response = await service.post(path, { ...body, [field]: images });
    expect(response.status).toBe(200);
    const call = await service.model.nextCall();
    expect(call.request.messages.at(-1)).toMatchObject({ images });
    call.finish("ok");
    await response.text();
    await service.stop();
  });

  test("of earlier turns are sent along, the newest sixteen, and in a fork too", async () => {
    const service = await startService({ store: await sharedStore() });
    const numbered = (turn: number) => Array.from({ length: 6 }, (_, i) => `https://example.com/${turn}-${i}.png`);
    for (const turn of [1, 2, 3]) {
      const body = { problem: `turn ${turn}`, user_id: "u16", thread_id: "t", image_urls: numbered(turn) };
      const response = await service.post("/api/v1/solve", body);
      (await service.model.nextCall()).finish("ok");
      await response.text();
    }
    const messagesSent = async (threadId: string) => {
      const run = await solve(service, "u16", threadId, "what was on them?");
      const call = await service.model.nextCall();
      call.finish("ok");
      await run.stream.toEnd();
      return call.request.messages.flatMap((message) => (message.role === "user" ? [message.images] : []));
    };
    const list = await (await service.get("/api/v1/threads/t/checkpoints?userId=u16")).json();
    const { checkpoint_id } = (list as { checkpoints: { checkpoint_id: string }[] }).checkpoints.at(-1) ?? {};
    const fork = await service.post("/api/v1/threads/t/fork?userId=u16", { checkpoint_id, thread_id: "fork" });
    expect(fork.status).toBe(201);
    for (const threadId of ["t", "fork"])
      expect(await messagesSent(threadId)).toEqual([[], numbered(2), numbered(3), []]);
    await service.stop();
  });

  test("the built-in model says once that it cannot see them, and answers the text", async () => {
    const service = await startService({ store: await sharedStore(), model: builtinModel() });
    const ask = async (problem: string, image_urls: readonly string[]) => {
      const body = { problem, user_id: "blind", thread_id: "t", image_urls };
      const events = nativeEvents(await readSse(await service.post("/api/v1/solve", body)).toEnd());
      return payloadsOf(events, "token")
        .map(({ delta }) => delta)
        .join("");
    };
    const solution = await ask("2x + 3 = 7 을 풀어줘.", [INLINE]);
    expect(solution.match(/그림을 볼 수 없습니다/g)).toHaveLength(1);
    expect(solution.split("\n").at(-1)).toContain("x = 2");
    expect(await ask("What is on this picture?", [ADDRESS])).toStartWith("The built-in model cannot see pictures.");
    expect(await ask("Solve 2x + 3 = 7", [])).not.toContain("picture");
    await service.stop();
  });
});
