import { expect, test } from "bun:test";
import { ModelError } from "../../src/models/contract.ts";
import { compatible } from "../../src/models/providers/compatible.ts";
import { partsFrom } from "../conformance/model-kit.ts";
import { providerModel } from "../support/provider-model.ts";

test("a page in place of an answer fails at once, and the log tells the operator to check the address", async () => {
  let calls = 0;
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => {
      calls += 1;
      return new Response("<html>Sign in</html>", { headers: { "content-type": "text/html; charset=utf-8" } });
    },
  });
  const model = providerModel(compatible, { apiKey: "key", baseUrl: `${server.url}v1` });
  const error = await partsFrom(model).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ModelError);
  expect(error).toMatchObject({
    code: "model_unavailable",
    isRecoverable: false,
    remedy: expect.stringContaining("check the base URL"),
  });
  expect(calls).toBe(1);
});
