import { describe, expect, test } from "bun:test";
import { brotliCompressSync, constants, deflateSync, gzipSync } from "node:zlib";
import { fetched, refusal, serving, textOf } from "../support/fetched-page.ts";
import { HTML, page } from "../support/page-server.ts";

const brotli = (body: string | Uint8Array) =>
  brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

describe("a compressed page", () => {
  const TEXT = "여울 ".repeat(10_000);
  test.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["GZIP", gzipSync],
    ["deflate", deflateSync],
    ["br", brotli],
    ["identity", Buffer.from],
  ] as const)("in %s is read", async (encoding, compress) => {
    await using server = await serving(page({ ...HTML, "content-encoding": encoding }, compress(Buffer.from(TEXT))));
    expect(textOf(await fetched(server, "/"))).toBe(TEXT);
  });

  test.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotli],
  ] as const)("in %s that would grow past the bound is too large", async (encoding, compress) => {
    const bomb = compress(new Uint8Array(50_000_000));
    await using server = await serving(page({ ...HTML, "content-encoding": encoding }, bomb));
    expect(await refusal(fetched(server, "/"))).toBe("too_large: The page is too large to be fetched.");
    await server.closed();
  });

  test.each(["zstd", "compress", "gzip, gzip", "gzip, br"])("in %s is not read", async (encoding) => {
    await using server = await serving(page({ ...HTML, "content-encoding": encoding }, gzipSync("hi")));
    expect(await refusal(fetched(server, "/"))).toBe(
      "unsupported: The page's server used a compression that was not requested.",
    );
  });

  test.each([
    ["gzip", "no such thing"],
    ["br", "no such thing"],
    ["gzip", gzipSync(TEXT).subarray(0, 40)],
    ["br", brotli(TEXT).subarray(0, 10)],
  ])("in broken %s is said to be broken", async (encoding, body) => {
    await using server = await serving(page({ ...HTML, "content-encoding": encoding }, body));
    expect(await refusal(fetched(server, "/"))).toBe("malformed: The page's compression is broken.");
  });
});
