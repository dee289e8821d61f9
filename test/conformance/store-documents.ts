import { expect, test } from "bun:test";
import fc from "fast-check";
import { realSystem } from "../../src/domain/system.ts";
import { storable } from "../../src/domain/text.ts";
import type { DocumentSearch } from "../../src/store/documents/contract.ts";
import { chunk, draft, words } from "../support/documents.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const anyText = fc.string({ unit: "binary" });
const TRAPS = [
  "\0",
  "a\0b",
  "\ud800",
  "x\udc00y",
  "\u2028",
  "\x1e",
  "\r\n",
  "\\",
  "'",
  "👩‍👩‍👧",
  "e\u0301",
  "\u{10ffff}",
  "\ufeff여울",
  "",
];

/** Everything with full-text search only; `store-vectors.ts` has the rest. */
export const storeKeepsDocuments = (under: StoreUnderTest): void => {
  const someone = () => `user-${realSystem.id()}`;
  const contents = async (userId: string, search: DocumentSearch) =>
    (await under.store.documents.search(userId, search)).map(({ content }) => content);

  test("a document is listed and found as it was stored, under its headings and with its metadata", async () => {
    const { documents } = under.store;
    const userId = someone();
    const there = draft(userId, { title: "제습기 설명서", metadata: { source: "a", page: 0 } });
    const put = await documents.put(there, [
      [chunk("물통을 비우고 다시 끼웁니다.", { headings: ["물통과 연속 배수"], metadata: { page: 2 } })],
      [chunk("필터는 HDF-03입니다.")],
    ]);
    const { contentHash, columns, model, now, ...stored } = there;
    expect(put).toEqual({ document: { ...stored, chunks: 2, createdAt: now }, isNew: true });
    expect(await documents.get(userId, there.documentId)).toEqual(put.document);
    expect(await documents.find(userId, "default", there.contentHash)).toEqual(put.document);
    expect(await documents.list(userId, { collection: null, limit: 10, after: null })).toEqual([put.document]);
    const [first, ...others] = await documents.search(userId, words("물통은 언제 비우나요?"));
    expect(first).toEqual({
      documentId: there.documentId,
      ordinal: 0,
      title: "제습기 설명서",
      content: "물통을 비우고 다시 끼웁니다.",
      metadata: { source: "a", page: 2 },
      table: null,
      score: expect.any(Number),
      lexical: { rank: 1, score: expect.any(Number) },
      vector: null,
    });
    expect(others).toEqual([]);
  });

  test("words are found without their endings, inside others, in any width and case; the heading counts more", async () => {
    const userId = someone();
    const pieces = [
      chunk("재고관리 담당자는 매주 수량을 셉니다."),
      chunk("ABC-12345 부품이 42개 있습니다."),
      chunk("ABC-12346 부품이 7개 있습니다."),
      chunk("The refunds were processed on Monday.", { headings: ["Money"] }),
      chunk("A page about other things that names a refund.", { headings: ["Refunds"] }),
    ];
    await under.store.documents.put(draft(userId), [pieces]);
    expect((await contents(userId, words("재고는?")))[0]).toStartWith("재고관리");
    expect((await contents(userId, words("ＡＢＣ－１２３４５의 수는")))[0]).toStartWith("ABC-12345");
    expect((await contents(userId, words("abc-12346")))[0]).toStartWith("ABC-12346");
    expect((await contents(userId, words("refunding")))[0]).toStartWith("A page");
    expect(await contents(userId, words("zebra"))).toEqual([]);
  });

  test("a score says how much of the question is covered, whatever the question", async () => {
    const userId = someone();
    await under.store.documents.put(draft(userId), [
      [chunk("냉각판 결빙은 송풍으로 녹입니다."), chunk("연차 휴가는 15일입니다.")],
    ]);
    const score = async (text: string) => (await under.store.documents.search(userId, words(text)))[0]?.score ?? 0;
    expect(await score("냉각판 결빙")).toBe(1);
    expect(await score("냉각판 결빙 코끼리 사육")).toBeWithin(0.2, 0.8);
    expect(await score("코끼리")).toBe(0);
  });

  test("users never find each other's documents", async () => {
    const { documents } = under.store;
    const [one, other] = [someone(), someone()];
    const there = draft(one);
    await documents.put(there, [[chunk("비밀 암호는 참깨입니다.")]]);
    const { document } = await documents.put(draft(other, { contentHash: there.contentHash }), [
      [chunk("참깨 요리법")],
    ]);
    expect(await contents(one, words("참깨"))).toEqual(["비밀 암호는 참깨입니다."]);
    expect(await contents(other, words("참깨"))).toEqual(["참깨 요리법"]);
    expect(await documents.get(other, there.documentId)).toBeNull();
    expect(await documents.delete(other, there.documentId)).toBe(false);
    expect(await documents.table(other, there.documentId, 10)).toBeNull();
    expect(await documents.list(other, { collection: null, limit: 10, after: null })).toEqual([document]);
    // Not even with an id of the other user's document.
    await expect(
      documents.put({ ...draft(other), documentId: there.documentId }, [[chunk("x")]]),
    ).resolves.toBeDefined();
    expect(await contents(one, words("참깨"))).toEqual(["비밀 암호는 참깨입니다."]);
  });

  test("the same content is stored once in a collection, even when it arrives many times at once", async () => {
    const { documents } = under.store;
    const userId = someone();
    const puts = await Promise.all(
      Array.from({ length: 8 }, () => documents.put(draft(userId, { contentHash: "same" }), [[chunk("한 번만")]])),
    );
    expect(puts.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(puts.map(({ document }) => document.documentId)).size).toBe(1);
    expect(await contents(userId, words("한 번만"))).toHaveLength(1);
    const again = await documents.put(draft(userId, { contentHash: "same" }), [[chunk("한 번만")]]);
    expect(again).toEqual({ document: puts[0]?.document, isNew: false } as typeof again);
    const elsewhere = await documents.put(draft(userId, { contentHash: "same", collection: "b" }), [
      [chunk("한 번만")],
    ]);
    expect(elsewhere.isNew).toBe(true);
  });

  test("collections are searched and listed one at a time, or all together", async () => {
    const { documents } = under.store;
    const userId = someone();
    for (let at = 0; at < 10; at++) {
      await documents.put(draft(userId, { collection: `c${at}`, now: at }), [[chunk(`공통 낱말 ${at}번`)]]);
    }
    for (let at = 0; at < 10; at++) {
      expect(await contents(userId, words("공통 낱말", { collection: `c${at}` }))).toEqual([`공통 낱말 ${at}번`]);
      expect(await documents.list(userId, { collection: `c${at}`, limit: 10, after: null })).toHaveLength(1);
    }
    expect(await contents(userId, words("공통 낱말", { limit: 20 }))).toHaveLength(10);
    const first = await documents.list(userId, { collection: null, limit: 6, after: null });
    const second = await documents.list(userId, { collection: null, limit: 6, after: first.at(-1) ?? null });
    expect([...first, ...second].map(({ createdAt }) => createdAt)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  });

  test("a document is invisible until it is complete, and nothing is left when its chunks fail to arrive", async () => {
    const { documents } = under.store;
    const userId = someone();
    const broken = draft(userId);
    const half = async function* () {
      yield [chunk("절반의 문서")];
      expect(await contents(userId, words("절반의 문서"))).toEqual([]);
      expect(await documents.get(userId, broken.documentId)).toBeNull();
      expect(await documents.delete(userId, broken.documentId)).toBe(false);
      throw new Error("no more pieces");
    };
    await expect(documents.put(broken, half())).rejects.toThrow("no more pieces");
    expect(await documents.list(userId, { collection: null, limit: 10, after: null })).toEqual([]);
    expect((await documents.put(draft(userId, { contentHash: broken.contentHash }), [[chunk("전부")]])).isNew).toBe(
      true,
    );
  });

  test("a document that a process left unfinished is deleted a day later", async () => {
    const { documents } = under.store;
    const userId = someone();
    const left = draft(userId, { now: 0 });
    const stopped = Promise.withResolvers<never>();
    const begun = Promise.withResolvers<void>();
    const never = async function* () {
      yield [chunk("버려진 문서")];
      begun.resolve();
      yield await stopped.promise;
    };
    const late = documents.put(left, never());
    await begun.promise;
    await documents.put(draft(userId, { now: 2 * 86_400_000 }), [[chunk("다음 날")]]);
    stopped.reject(new Error("woken up"));
    await expect(late).rejects.toThrow("woken up");
    expect(await contents(userId, words("버려진 문서"))).toEqual([]);
  });

  test("a deleted document is gone with its chunks and its table", async () => {
    const { documents } = under.store;
    const userId = someone();
    const there = draft(userId, { columns: ["품번", "재고"] });
    await documents.put(there, [[chunk("품번 A 재고 1", { rows: [["A", "1"]] })]]);
    expect(await documents.delete(userId, there.documentId)).toBe(true);
    expect(await documents.delete(userId, there.documentId)).toBe(false);
    expect(await documents.get(userId, there.documentId)).toBeNull();
    expect(await documents.table(userId, there.documentId, 10)).toBeNull();
    expect(await contents(userId, words("재고"))).toEqual([]);
    expect((await documents.put({ ...there, documentId: realSystem.id() }, [[chunk("재고")]])).isNew).toBe(true);
  });

  test("a table of more chunks than are read at a time is returned complete and in order", async () => {
    const { documents } = under.store;
    const userId = someone();
    const there = draft(userId, { columns: ["no"] });
    const pieces = Array.from({ length: 450 }, (_, at) => chunk(`no: ${at}`, { rows: [[String(at)]] }));
    await documents.put(there, [[chunk("a note above it")], pieces]);
    const table = await documents.table(userId, there.documentId, 1_000);
    expect(table?.rows).toEqual(pieces.flatMap(({ rows }) => rows ?? []));
    expect((await documents.table(userId, there.documentId, 400))?.rows).toHaveLength(400);
  });

  test("a table is returned row by row from its beginning; a passage of it has its own rows", async () => {
    const { documents } = under.store;
    const userId = someone();
    const rows = Array.from({ length: 50 }, (_, at) => [`P-${at}`, String(at)]);
    const pieces = Array.from({ length: 25 }, (_, at) => {
      const some = rows.slice(at * 2, at * 2 + 2);
      return chunk(some.map((row) => row.join(" ")).join("\n"), { rows: some });
    });
    const there = draft(userId, { columns: ["품번", "재고"] });
    await documents.put(there, [pieces]);
    expect(await documents.table(userId, there.documentId, 100)).toEqual({ columns: ["품번", "재고"], rows });
    expect((await documents.table(userId, there.documentId, 3))?.rows).toEqual(rows.slice(0, 3));
    const [found] = await documents.search(userId, words("P-17"));
    expect(found?.table).toEqual({ columns: ["품번", "재고"], rows: rows.slice(16, 18) });
    const text = draft(userId);
    await documents.put(text, [[chunk("no table")]]);
    expect(await documents.table(userId, text.documentId, 3)).toBeNull();
  });

  test("no character makes a document fail; those that Postgres cannot store are replaced", async () => {
    const { documents } = under.store;
    const userId = someone();
    const texts = [...TRAPS, ...fc.sample(anyText, 100)];
    const there = draft(userId, { title: "\0\ud800", metadata: { "\0": ["\udc00"] }, columns: ["\0"] });
    await documents.put(there, [
      texts.map((text) => chunk(`표지 ${text}`, { headings: [text], metadata: { [text]: text }, rows: [[text]] })),
    ]);
    expect((await documents.get(userId, there.documentId))?.metadata).toEqual({ "\ufffd": ["\ufffd"] });
    expect((await documents.table(userId, there.documentId, 1_000))?.rows).toEqual(
      texts.map((text) => [storable(text)]),
    );
    expect(await documents.search(userId, words("표지", { limit: 500 }))).not.toEqual([]);
  });

  test("any text is a query, without syntax and of any length", async () => {
    const { documents } = under.store;
    const userId = someone();
    await documents.put(draft(userId), [[chunk("50% off: C:\\temp & it's (not) !here | there <-> x:*")]]);
    const queries = [
      ...[
        "'",
        "\\",
        "' | 'x",
        "a & !b",
        "x:*",
        "<->",
        "%",
        "\\'; drop table chunks; --",
        "it's",
        "C:\\temp",
        "",
        " ",
        "(((",
      ],
      ...TRAPS,
      "가나다 ".repeat(50_000),
      "a".repeat(1_000_000),
      ...fc.sample(anyText, 100),
    ];
    for (const query of queries) expect(await documents.search(userId, words(query))).toBeArray();
    expect(await contents(userId, words("it's & !here"))).toHaveLength(1);
    expect(await documents.find(userId, "'\0", "\ud800")).toBeNull();
  }, 20_000);

  test("a chunk as long as a book is stored", async () => {
    const userId = someone();
    const long = Array.from({ length: 60_000 }, (_, at) => `낱말${at.toString(36)}`).join(" ");
    await under.store.documents.put(draft(userId), [[chunk(`처음말 ${long}`)]]);
    expect(await contents(userId, words("처음말"))).toHaveLength(1);
  });
};
