import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Model } from "../../src/models/contract.ts";
import { startService, type TestService } from "../support/service.ts";
import { refusalOf } from "../support/views.ts";

interface TilView {
  readonly id: string;
  readonly title: string;
  readonly slug: string;
  readonly content: string;
  readonly excerpt: string;
  readonly day_number: number;
  readonly tags: readonly { readonly id: string; readonly name: string; readonly slug: string }[];
  readonly created_at: string;
}

let service: TestService<Model>;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const headersOf = (userId: string) => ({ headers: { "x-user-id": userId } });
const post = (userId: string, body: unknown) => service.post("/api/v1/tils", body, headersOf(userId));
const get = (userId: string, path: string) => service.get(`/api/v1/${path}`, headersOf(userId));
const save = async (userId: string, given: object = {}): Promise<TilView> => {
  const response = await post(userId, { title: "A title", content: "# Content", ...given });
  expect(response.status).toBe(201);
  return (await response.json()) as TilView;
};

describe("a TIL", () => {
  test("is returned as it was saved, and reads the same", async () => {
    const til = {
      title: " 오늘 배운 것: Bun의 SQL 🎉 ",
      content: "# 번\n\n번은 SQL을 안다.\r\n",
      excerpt: "번은 SQL을 안다.",
      day_number: 15,
      tags: ["Bun", { name: "데이터베이스", slug: "Data base" }, { id: null, name: "C++", slug: null, is_new: true }],
    };
    const saved = await save("writer", til);
    expect(saved).toEqual({
      id: expect.any(String),
      title: "오늘 배운 것: Bun의 SQL 🎉",
      slug: "오늘-배운-것-bun의-sql",
      content: til.content,
      excerpt: til.excerpt,
      day_number: 15,
      tags: [
        { id: expect.any(String), name: "Bun", slug: "bun" },
        { id: expect.any(String), name: "데이터베이스", slug: "data-base" },
        { id: expect.any(String), name: "C++", slug: "c-plus-plus" },
      ],
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    expect(await (await get("writer", `tils/${saved.id}`)).json()).toEqual(saved);
  });

  test("belongs to the user that the body names, and is refused when another is named as well", async () => {
    const body = { title: "Named in the body", content: "# Content", user_id: "named" };
    const saved = await service.post("/api/v1/tils", body);
    expect(saved.status).toBe(201);
    const { id } = (await saved.json()) as TilView;
    expect((await get("named", `tils/${id}`)).status).toBe(200);
    expect((await get("default_user", `tils/${id}`)).status).toBe(404);
    expect((await post("another", body)).status).toBe(422);
    expect((await service.post("/api/v1/tils", { ...body, user_id: "a:b" })).status).toBe(422);
  });

  test("requires only a title and a content, and null counts as left out", async () => {
    const bare = { excerpt: "", day_number: 1, tags: [], slug: "a-title" };
    expect(await save("bare")).toMatchObject(bare);
    const nulls = { excerpt: null, day_number: null, tags: null };
    expect(await save("bare", nulls)).toMatchObject({ ...bare, day_number: 2, slug: "a-title-2" });
    expect(await save("bare", { title: "🎉" })).toMatchObject({ slug: "til", day_number: 3 });
  });

  test("of a preview is saved with its tags, known and new", async () => {
    const { tags } = await save("from-preview", { tags: ["TypeScript"] });
    const known = { ...tags[0], is_new: false };
    const fresh = { id: null, name: "bun-sql", slug: "bun-sql", is_new: true };
    const saved = await save("from-preview", { tags: [known, fresh, "TYPESCRIPT"] });
    expect(saved.tags.map(({ name }) => name)).toEqual(["TypeScript", "bun-sql"]);
    expect(saved.tags[0]?.id).toBe(tags[0]?.id);
  });

  test("is visible only to its user", async () => {
    const { id } = await save("owner");
    for (const method of ["GET", "DELETE"]) {
      const response = await service.get(`/api/v1/tils/${id}`, { method, ...headersOf("stranger") });
      expect(response.status).toBe(404);
      expect((await refusalOf(response)).code).toBe("not_found");
    }
    expect((await get("owner", `tils/${id}`)).status).toBe(200);
  });

  test("is gone once it was deleted", async () => {
    const { id } = await save("remover");
    const remove = () => service.get(`/api/v1/tils/${id}`, { method: "DELETE", ...headersOf("remover") });
    const removed = await remove();
    expect([removed.status, await removed.text()]).toEqual([204, ""]);
    expect((await remove()).status).toBe(404);
    expect((await get("remover", `tils/${id}`)).status).toBe(404);
  });

  test("without a user belongs to default_user", async () => {
    const response = await service.post("/api/v1/tils", { title: "x", content: "x" });
    const { id } = (await response.json()) as TilView;
    expect((await get("default_user", `tils/${id}`)).status).toBe(200);
    expect((await service.get(`/api/v1/tils/${id}`)).status).toBe(200);
  });
});

describe("lists", () => {
  test("go from the newest to the oldest, page by page, with each TIL once", async () => {
    for (const day of [1, 2, 3, 4, 5]) await save("lister", { day_number: day });
    const days: number[] = [];
    let cursor: string | null = "";
    for (let pages = 0; cursor !== null; pages++) {
      expect(pages).toBeLessThan(3);
      const after: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page = (await (await get("lister", `tils?limit=2${after}`)).json()) as {
        readonly tils: readonly TilView[];
        readonly next_cursor: string | null;
      };
      days.push(...page.tils.map(({ day_number }) => day_number));
      cursor = page.next_cursor;
    }
    expect(days).toEqual([5, 4, 3, 2, 1]);
    expect(await (await get("nobody", "tils")).json()).toEqual({ tils: [], next_cursor: null });
  });

  test("of tags have the number of TILs for each", async () => {
    await save("tagger", { tags: ["a", "b"] });
    await save("tagger", { tags: ["B"] });
    const { tags } = (await (await get("tagger", "tags")).json()) as { readonly tags: readonly object[] };
    expect(tags).toMatchObject([
      { name: "b", slug: "b", count: 2 },
      { name: "a", slug: "a", count: 1 },
    ]);
  });
});

describe("a refusal", () => {
  test.each([
    [{ title: undefined }, "/title"],
    [{ title: " " }, "/title"],
    [{ title: "x".repeat(201) }, "/title"],
    [{ title: "a\0b" }, "/title"],
    [{ content: "" }, "/content"],
    [{ content: ["x"] }, "/content"],
    [{ excerpt: "🎉".repeat(501) }, "/excerpt"],
    [{ day_number: 0 }, "/day_number"],
    [{ day_number: 1.5 }, "/day_number"],
    [{ day_number: 1_000_001 }, "/day_number"],
    [{ day_number: "3" }, "/day_number"],
    [{ tags: "a" }, "/tags"],
    [{ tags: [" "] }, "/tags"],
    [{ tags: [{ id: "x" }] }, "/tags"],
    [{ tags: Array.from({ length: 21 }, (_, at) => `t${at}`) }, "/tags"],
    [{ tags: ["ok", "x".repeat(51)] }, "/tags/1"],
  ])("of %j names %p", async (given, path) => {
    const response = await post("refused", { title: "x", content: "x", ...given });
    expect(response.status).toBe(422);
    expect((await refusalOf(response)).details.map((detail) => detail.path)).toEqual([path]);
  });

  test("leaves nothing behind", async () => {
    expect(await (await get("refused", "tils")).json()).toEqual({ tils: [], next_cursor: null });
    expect((await save("refused")).day_number).toBe(1);
  });

  test("comes only beyond the bounds, which count characters as people do", async () => {
    const most = {
      title: "🎉".repeat(200),
      excerpt: "🎉".repeat(500),
      content: "가".repeat(200_000),
      day_number: 1_000_000,
    };
    expect(await save("bounds", most)).toMatchObject(most);
    expect((await save("bounds")).day_number).toBe(1_000_001);
    expect((await post("bounds", { ...most, content: "가".repeat(200_001) })).status).toBe(422);
  });

  test.each([
    ["tils?limit=0", 422],
    ["tils?limit=101", 422],
    ["tils?cursor=x", 422],
    ["tils?userId=a:b", 422],
    ["tags?userId=a&userId=b", 422],
    ["tils/%00", 404],
    ["tils/none", 404],
  ])("of GET %s is %d", async (path, status) => {
    expect((await service.get(`/api/v1/${path}`)).status).toBe(status);
  });
});
