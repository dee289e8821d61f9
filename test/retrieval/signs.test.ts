import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import { renewWords } from "../../src/retrieval/reindex.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { chunk, draft, words } from "../support/documents.ts";
import { freshDatabase } from "../support/postgres.ts";

const never = new AbortController().signal;
let store: Store;
let url: string;
beforeAll(async () => {
  url = await freshDatabase();
  store = postgresStore({ url, system: realSystem });
  await store.migrate();
}, 60_000);
afterAll(() => store.close());

const takeIn = async (user: string, texts: readonly string[]): Promise<void> => {
  for (const text of texts) {
    const of = draft(user, { title: "notes" });
    await store.documents.put(of, [[chunk(text)]]);
  }
};
const found = async (user: string, question: string): Promise<readonly string[]> =>
  (await store.documents.search(user, words(question, { limit: 10 }))).map(({ content }) => content);

describe("a name with a sign", () => {
  test.each([
    ["C++", "C++로 짠 모듈이다.", ["C로 짠 모듈이다.", "C#으로 짠 모듈이다."]],
    ["C", "C로 짠 모듈이다.", ["C++로 짠 모듈이다.", "C#으로 짠 모듈이다."]],
    ["C#", "C#으로 짠 모듈이다.", ["C로 짠 모듈이다.", "C++로 짠 모듈이다."]],
    ["A+", "등급은 A+이다.", ["등급은 A이다.", "등급은 A-이다."]],
    ["-5 °C", "영하 -5℃에서 언다.", ["영상 25 °C에서 녹는다."]],
    ["10^5", "대략 10⁵ 개이다.", ["대략 105 개이다."]],
    ["105", "대략 105 개이다.", ["대략 10⁵ 개이다."]],
    ["€10", "값은 10 €이다.", ["값은 $20이다."]],
    ["1,000원", "값은 1000원이다.", ["값은 1원이다."]],
  ])("%s is found, and not a name that differs only in the sign", async (question, right, others) => {
    const user = `names ${question}`;
    await takeIn(user, [...others, right]);
    expect(await found(user, question)).toEqual([right]);
  });

  test.each([
    [".NET", "The .NET runtime.", "A fishing net."],
    ["AT&T", "AT&T 회선이다.", "Meet me at T square."],
    ["#42", "Ticket #42 is open.", "All 42 of them."],
    ["@kim", "@kim asked for it.", "Mr Kim asked for it."],
    ["v1.2.3", "In v1.2.3 it works.", "In v1.2.4 it works; see 3."],
  ])("%s ranks above text that has the word without the sign", async (question, right, other) => {
    const user = `names ${question}`;
    await takeIn(user, [other, right]);
    expect((await found(user, question))[0]).toBe(right);
  });
});

describe("chunks stored before the rules for words changed", () => {
  test("are found by their stored words, and by the new ones after renewal", async () => {
    const user = "old";
    await takeIn(
      user,
      Array.from({ length: 70 }, (_, at) => `C++로 짠 모듈 ${at}이다.`),
    );
    const sql = postgres(url, { max: 1 });
    await sql`
      update yeoul.chunks set tokens = (
        select string_agg(quote_literal(lexeme), ' ') from unnest(tokens) where lexeme not in ('@2', 'c++로', 'c++')
      )::tsvector where user_id = ${user}`;
    await sql.end();
    expect(await found(user, "모듈")).toHaveLength(10);
    expect(await found(user, "C++")).toEqual([]);
    expect(await renewWords(store.documents, never)).toBe(70);
    expect(await renewWords(store.documents, never)).toBe(0);
    expect(await found(user, "C++")).toHaveLength(10);
  });
});
