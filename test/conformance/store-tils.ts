import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { NewTag, NewTil } from "../../src/store/notes/contract.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

export const storeKeepsTils = (under: StoreUnderTest): void => {
  test("a TIL is returned as it was saved, with its tags in their order", async () => {
    const til = newTil({ title: "오늘 배운 것", tags: [tag("Zod"), tag("bun")] });
    const saved = await under.store.tils.save(til);
    expect(saved).toMatchObject({
      tilId: til.tilId,
      title: "오늘 배운 것",
      slug: "slug",
      dayNumber: 1,
      createdAt: 1_000,
    });
    expect(saved.tags.map(({ name }) => name)).toEqual(["Zod", "bun"]);
    expect(await under.store.tils.get(til.userId, til.tilId)).toEqual(saved);
  });

  test("a slug that is taken gets the lowest number that is free, for each user alone", async () => {
    const { tils } = under.store;
    const userId = user();
    const save = async (slug: string) => (await tils.save(newTil({ userId, slug }))).slug;
    expect([await save("a"), await save("a"), await save("a-4"), await save("a"), await save("a")]).toEqual([
      ...["a", "a-2", "a-4", "a-3", "a-5"],
    ]);
    expect((await tils.save(newTil({ slug: "a" }))).slug).toBe("a");
  });

  test("a slug with characters of a LIKE pattern is matched literally", async () => {
    const userId = user();
    await under.store.tils.save(newTil({ userId, slug: "axb" }));
    expect((await under.store.tils.save(newTil({ userId, slug: "a_b" }))).slug).toBe("a_b");
  });

  test("a given day number is stored, and the next one follows the highest", async () => {
    const { tils } = under.store;
    const userId = user();
    expect(await tils.highestDay(userId)).toBe(0);
    const days = [];
    for (const dayNumber of [null, 15, 3, 15, null]) {
      days.push((await tils.save(newTil({ userId, dayNumber }))).dayNumber);
    }
    expect(days).toEqual([1, 15, 3, 15, 16]);
    expect(await tils.highestDay(userId)).toBe(16);
  });

  test("a deleted TIL's day number is not given again", async () => {
    const { tils } = under.store;
    const { userId, tilId } = await tils.save(newTil());
    expect(await tils.delete(userId, tilId)).toBe(true);
    expect((await tils.save(newTil({ userId }))).dayNumber).toBe(2);
  });

  test("twenty saves at once give twenty days, slugs and no tag twice", async () => {
    const { tils } = under.store;
    const userId = user();
    const saved = await Promise.all(
      Array.from({ length: 20 }, (_, at) => tils.save(newTil({ userId, tags: [tag("bun"), tag(`t${at % 4}`)] }))),
    );
    expect(saved.map(({ dayNumber }) => dayNumber).sort((a, b) => a - b)).toEqual(range(1, 20));
    expect(saved.map(({ slug }) => slug).sort(byNumber)).toEqual(["slug", ...range(2, 20).map((at) => `slug-${at}`)]);
    expect((await tils.tags(userId, 100)).map(({ name, count }) => [name, count])).toEqual([
      ["bun", 20],
      ...["t0", "t1", "t2", "t3"].map((name) => [name, 5]),
    ]);
  });

  test("tags are matched by their id, or else by their name without regard to case and form", async () => {
    const { tils } = under.store;
    const userId = user();
    const first = await tils.save(newTil({ userId, tags: [tag("TypeScript"), tag("재고")] }));
    const [script, stock] = first.tags;
    const others = (await tils.save(newTil({ tags: [tag("theirs")] }))).tags[0];
    const requested = [
      tag("재고".normalize("NFD")),
      tag("typescript"),
      { ...tag("whatever"), tagId: script?.tagId ?? null },
      { ...tag("mine"), tagId: others?.tagId ?? null },
      tag("MINE"),
    ];
    const second = await tils.save(newTil({ userId, tags: requested }));
    expect(second.tags.slice(0, 2)).toEqual([stock, script].flatMap((known) => known ?? []));
    expect(second.tags.slice(2).map(({ name }) => name)).toEqual(["mine"]);
    expect(second.tags[2]?.tagId).not.toBe(others?.tagId);
  });

  test("a list runs from the newest to the oldest, page by page, and never holds another user's", async () => {
    const { tils } = under.store;
    const userId = user();
    // Two in one millisecond: they are ordered by their ids, which sort by time of creation.
    for (const now of [1_000, 3_000, 2_000, 2_000]) await tils.save(newTil({ userId, now }));
    await tils.save(newTil());
    const first = await tils.list(userId, { limit: 3, after: null });
    const rest = await tils.list(userId, { limit: 3, after: first.at(-1) ?? null });
    expect([...first, ...rest].map(({ dayNumber }) => dayNumber)).toEqual([2, 4, 3, 1]);
    expect(rest).toHaveLength(1);
  });

  test("another user's TIL is not found, and a deletion removes only the TIL", async () => {
    const { tils } = under.store;
    const { userId, tilId } = await tils.save(newTil({ tags: [tag("kept")] }));
    expect(await tils.get(user(), tilId)).toBeNull();
    expect(await tils.delete(user(), tilId)).toBe(false);
    expect(await tils.delete(userId, tilId)).toBe(true);
    expect(await tils.delete(userId, tilId)).toBe(false);
    expect(await tils.get(userId, tilId)).toBeNull();
    expect((await tils.tags(userId, 100)).map(({ name, count }) => [name, count])).toEqual([["kept", 0]]);
  });

  test("text that the database cannot store is repaired", async () => {
    const til = newTil({ title: "a\0b", content: "\ud800", excerpt: "\0", slug: "s\0", tags: [tag("t\0")] });
    const saved = await under.store.tils.save(til);
    expect(saved).toMatchObject({ title: "a\ufffdb", content: "\ufffd", excerpt: "\ufffd", slug: "s\ufffd" });
    expect(await under.store.tils.get(til.userId, til.tilId)).toEqual(saved);
  });
};

const user = () => `user-${realSystem.id()}`;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const byNumber = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });

const tag = (name: string): NewTag => ({ tagId: null, name, slug: name.toLowerCase(), newId: realSystem.id() });

const newTil = (given: Partial<NewTil> = {}): NewTil => ({
  tilId: realSystem.id(),
  userId: user(),
  title: "A title",
  slug: "slug",
  content: "# Content",
  excerpt: "",
  dayNumber: null,
  tags: [],
  now: 1_000,
  ...given,
});
