import { afterAll, expect, test } from "bun:test";
import { exchange } from "../../bench/exchange.ts";

const TOKENS = ["^one ", "^zwei ", "^셋 "];

const whole = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request) => {
    const question = await request.text();
    const body = new ReadableStream({
      type: "direct",
      async pull(controller) {
        for (const piece of [question, ...TOKENS]) {
          controller.write(piece);
          await controller.flush();
        }
      },
    });
    return new Response(body);
  },
});
const cut = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    data(socket) {
      socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n^one \r\n");
      socket.end();
    },
  },
});
afterAll(() => {
  whole.stop(true);
  cut.stop(true);
});

test("a complete answer is counted, retained and recognized as complete", async () => {
  let counted = 0;
  const seen = await exchange({
    url: whole.url.href,
    method: "POST",
    body: "질문 ",
    keepBody: true,
    onTokens: (count) => {
      counted += count;
    },
  });
  expect(seen).toMatchObject({ status: 200, tokens: 3, complete: true, body: `질문 ${TOKENS.join("")}` });
  expect(counted).toBe(3);
  expect(seen.firstTokenMs).toBeGreaterThan(0);
});

test("a response whose connection breaks is not complete", async () => {
  const seen = await exchange({ url: `http://127.0.0.1:${cut.port}/`, method: "GET" });
  expect(seen).toMatchObject({ status: 200, tokens: 1, complete: false });
});

test("an address without a server is an error", async () => {
  const gone = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = gone;
  gone.stop(true);
  const request = exchange({ url: `http://127.0.0.1:${port}/`, method: "GET" });
  await expect(request).rejects.toThrow();
});
