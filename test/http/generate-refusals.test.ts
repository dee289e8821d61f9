import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ModelChoiceError } from "../../src/models/choice.ts";
import { fixedModels } from "../support/fixed-models.ts";
import { postForm } from "../support/forms.ts";
import { startService, type TestService } from "../support/service.ts";
import { refusalOf } from "../support/views.ts";
import { type WritingModel, writingModel } from "../support/writing-model.ts";

let service: TestService<WritingModel>;
beforeAll(async () => {
  service = await startService({ model: writingModel() });
});
afterAll(() => service.stop());

const STREAM = "/api/v1/generate/stream";
const PREVIEW = "/api/v1/generate/preview";
const TEXT = { input_type: "text", content: "Bun reads SQL." };

describe("a refusal before a run", () => {
  test.each([
    [{}, "/input_type"],
    [{ input_type: "poem", content: "x" }, "/input_type"],
    [{ input_type: "text" }, "/content"],
    [{ input_type: "text", content: " \n" }, "/content"],
    [{ input_type: "text", content: 3 }, "/content"],
    [{ input_type: "url", content: "ftp://example.com" }, "/content"],
    [{ input_type: "url", content: "example.com" }, "/content"],
    [{ input_type: "file", content: "text" }, "/content"],
    [{ input_type: "file", content: "data:text/plain;base64,*" }, "/content"],
    [{ input_type: "file", content: "data:text/plain," }, "/content"],
    [{ ...TEXT, provider: "acme" }, "/provider"],
    [{ ...TEXT, auto_tags: "yes" }, "/auto_tags"],
    [{ ...TEXT, auto_excerpt: 1 }, "/auto_excerpt"],
    [{ ...TEXT, user_id: "a:b" }, "/user_id"],
  ])("of %j names %p", async (body, path) => {
    for (const endpoint of [STREAM, PREVIEW]) {
      const response = await service.post(endpoint, body);
      expect(response.status).toBe(422);
      expect((await refusalOf(response)).details.map((detail) => detail.path)).toEqual([path]);
    }
  });

  test("of a URL that is too long names it", async () => {
    const response = await service.post(STREAM, {
      input_type: "url",
      content: `https://example.com/${"a".repeat(5_000)}`,
    });
    expect((await refusalOf(response)).details[0]?.path).toBe("/content");
  });

  test("names the error in a form", async () => {
    const file = new File(["x"], "x.txt");
    const refused = async (fields: Readonly<Record<string, string | File>>) => {
      const response = await postForm(service, STREAM, fields);
      return [response.status, (await refusalOf(response)).details[0]?.path];
    };
    expect(await refused({ input_type: "text", content: "x", file })).toEqual([422, "/input_type"]);
    expect(await refused({ file, other: file })).toEqual([422, "/file"]);
    expect(await refused({ input_type: "file" })).toEqual([422, "/content"]);
    expect(await refused({ file: new File([], "empty.txt") })).toEqual([422, "/file"]);
  });

  test("of a form larger than 20 MB is 413, of a form where none is accepted 415", async () => {
    const large = new File([new Uint8Array(22 * 1024 ** 2)], "large.txt");
    expect((await postForm(service, STREAM, { file: large })).status).toBe(413);
    expect((await postForm(service, "/ask", { question: "hi" })).status).toBe(415);
  });

  test("names the user that differs, and the provider that has no key", async () => {
    const other = await service.post(STREAM, { ...TEXT, user_id: "a" }, { headers: { "x-user-id": "b" } });
    expect((await refusalOf(other)).details[0]?.path).toBe("/user_id");
    const model = writingModel();
    const local = await startService({
      model,
      models: {
        ...fixedModels(model),
        choose: async (choice) => {
          throw new ModelChoiceError(choice?.path ?? "", "is not available here: leave it out, or choose another one");
        },
      },
    });
    const response = await local.post(STREAM, { ...TEXT, provider: "openai" });
    expect(response.status).toBe(422);
    expect((await refusalOf(response)).details).toEqual([
      { path: "/provider", message: "is not available here: leave it out, or choose another one" },
    ]);
    await local.stop();
  });
});
