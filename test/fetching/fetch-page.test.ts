import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { fetched, refusal, serving, textOf } from "../support/fetched-page.ts";
import { loopbackReach } from "../support/loopback-reach.ts";
import { type Answer, HTML, page, pageServer, respond } from "../support/page-server.ts";

describe("a page", () => {
  test("is returned with its URL, its name and its media type", async () => {
    await using server = await pageServer({ "/blog/a%20post.html?draft=1": page(HTML, "<p>재고</p>") });
    const found = await fetched(server, "/blog/a%20post.html?draft=1#end");
    expect(found).toMatchObject({
      url: `http://pages.example.com:${server.port}/blog/a%20post.html?draft=1`,
      name: "a post.html",
      mediaType: "text/html; charset=utf-8",
    });
    expect(textOf(found)).toBe("<p>재고</p>");
  });

  test.each([
    ["/", "pages.example.com"],
    ["/a/b/", "b"],
    ["/%EC%9E%AC%EA%B3%A0.pdf", "재고.pdf"],
    ["/a%00%0Ab", "ab"],
    ["/100%", "100%"],
  ])("at %s is called %s", async (path, name) => {
    await using server = await pageServer({ [path]: page(HTML, "hi") });
    expect((await fetched(server, path)).name).toBe(name);
  });

  test("is requested without headers that identify the caller", async () => {
    await using server = await serving(page(HTML, "hi"));
    await fetched(server, "/");
    expect(server.heads[0]?.toLowerCase().trim().split("\r\n").toSorted()).toEqual([
      "accept-encoding: gzip, br",
      "accept: text/html,application/xhtml+xml,text/markdown,text/plain,application/pdf;q=0.9",
      "connection: close",
      "get / http/1.1",
      `host: pages.example.com:${server.port}`,
      "user-agent: yeoul",
    ]);
  });

  test.each([
    ["text/html", "text/html"],
    ['TEXT/HTML; Charset="EUC-KR"', "text/html; charset=euc-kr"],
    ['text/html; charset="a b"', "text/html"],
    ["application/xhtml+xml", "application/xhtml+xml"],
    ["text/plain;charset=ks_c_5601-1987", "text/plain; charset=ks_c_5601-1987"],
    ["text/markdown", "text/markdown"],
    ["text/x-markdown", "text/x-markdown"],
    ["application/pdf", "application/pdf"],
  ])("may be %s", async (type, mediaType) => {
    await using server = await serving(page({ "content-type": type }, "hi"));
    expect((await fetched(server, "/")).mediaType).toBe(mediaType);
  });

  test.each([
    "",
    "nonsense",
    "image/png",
    "application/octet-stream",
    "application/json",
    "text/html2",
    "multipart/mixed",
  ])("may not be %j", async (type) => {
    await using server = await serving(page({ "content-type": type }, "hi"));
    expect(await refusal(fetched(server, "/"))).toBe(
      "unsupported: Only web pages, plain text, Markdown and PDF can be fetched.",
    );
    await server.closed();
  });

  test.each([
    "204 No Content",
    "206 Partial Content",
    "304 Not Modified",
    "404 Not Found",
    "500 Internal Server Error",
  ])("is not a response with %s", async (status) => {
    await using server = await serving(respond(status, HTML, status.startsWith("2") ? "" : "secret"));
    expect(await refusal(fetched(server, "/"))).toBe(
      `unreachable: The page's server answered with ${status.slice(0, 3)} instead of a page.`,
    );
  });

  test("is fetched without the environment's proxies", async () => {
    await using proxy = await serving(page(HTML, "from the proxy"));
    await using server = await serving(page(HTML, "from the server"));
    const names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    const before = names.map((name) => [name, process.env[name]] as const);
    for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`;
    try {
      expect(textOf(await fetched(server, "/"))).toBe("from the server");
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    expect(proxy.connections()).toBe(0);
  });
});

describe("over TLS", () => {
  const pem = (name: string) => Bun.file(join(import.meta.dir, "../fixtures/tls", name)).text();
  const tlsServer = async (answer: Answer) =>
    pageServer({ "/": answer }, { cert: await pem("certificate.pem"), key: await pem("key.pem") });
  const NO_CERTIFICATE = "unreachable: The page's server has no valid certificate.";

  test("the certificate must match the name, whatever address the name resolves to", async () => {
    await using server = await tlsServer(page(HTML, "sealed"));
    const reach = { ...loopbackReach(), authority: await pem("certificate.pem") };
    expect(textOf(await fetched(server, "/", { reach, scheme: "https" }))).toBe("sealed");
    const other = fetched(server, "/", { reach, scheme: "https", host: "other.example.com" });
    expect(await refusal(other)).toBe(NO_CERTIFICATE);
    expect(server.heads).toHaveLength(1);
  });

  test("an untrusted certificate is refused, even when the environment would accept it", async () => {
    await using server = await tlsServer(page(HTML, "sealed"));
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      expect(await refusal(fetched(server, "/", { scheme: "https" }))).toBe(NO_CERTIFICATE);
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
    expect(server.heads).toEqual([]);
  });
});
