import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";

let service: TestService<ScriptedModel>;
beforeAll(async () => {
  service = await startService({ env: { AUTH_TOKEN: "the-token" } });
});
afterAll(() => service.stop());

/** An ingress that strips the prefix /ai and changes nothing else. */
const ingress = () =>
  Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      const { pathname, search } = new URL(request.url);
      if (!pathname.startsWith("/ai/")) return new Response("outside the prefix", { status: 502 });
      const accept = request.headers.get("accept") ?? "*/*";
      return fetch(service.url + pathname.slice("/ai".length) + search, { redirect: "manual", headers: { accept } });
    },
  });

/** The addresses that a page loads, as written in it. */
const loadedBy = (html: string): readonly string[] => {
  const found: string[] = [];
  const note = (attribute: string) => ({
    element: (element: HTMLRewriterTypes.Element) => void found.push(element.getAttribute(attribute) ?? ""),
  });
  new HTMLRewriter().on("[src]", note("src")).on("[href]", note("href")).transform(html);
  return found;
};

describe("GET /", () => {
  const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

  test("shows a browser what this service is; behind a prefix too, all its links work, and it loads nothing", async () => {
    using proxy = ingress();
    const page = await fetch(new URL("/ai/", proxy.url), { headers: { accept: BROWSER } });
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.headers.get("content-security-policy")).toStartWith("default-src 'none'; ");
    const addresses = loadedBy(await page.text()).filter((address) => !address.startsWith("data:"));
    expect(addresses).toEqual(["docs", "docs/openapi.json", "api/v1/health"]);
    for (const address of addresses) expect((await fetch(new URL(address, page.url))).status).toBe(200);
  });

  test.each([undefined, "*/*", "application/json", "text/html;q=0, */*", "application/json, text/html;q=0.5"])(
    "answers in JSON to a client that accepts %p",
    async (accept) => {
      const about = await service.get("/", { headers: accept === undefined ? {} : { accept } });
      expect([about.status, about.headers.get("vary")]).toEqual([200, "accept"]);
      expect(await about.json()).toMatchObject({ name: "yeoul", docs: "docs", openapi: "docs/openapi.json" });
    },
  );
});

describe("a wrong method where no token is required", () => {
  test.each([
    ["POST", "/health"],
    ["DELETE", "/health/"],
    ["PUT", "/api/v1/health"],
    ["PATCH", "/"],
    ["POST", "/docs"],
    ["POST", "/docs/openapi.json"],
    ["POST", "/api/v1/images/x"],
  ])("%s %s is refused without one", async (method, path) => {
    const response = await service.get(path, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET"]);
  });

  test("where one is required, it is checked first", async () => {
    const withToken = { authorization: "Bearer the-token" };
    expect((await service.get("/stream/v2")).status).toBe(401);
    expect((await service.get("/nothing")).status).toBe(401);
    const response = await service.get("/stream/v2", { headers: withToken });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
    const nothing = await service.get("/nothing", { headers: withToken });
    expect(nothing.status).toBe(404);
    expect(await nothing.text()).toContain("There is no such endpoint. The page docs, at the root of this service,");
  });
});

describe("GET /docs", () => {
  test("requires no token and may load nothing from other origins", async () => {
    const page = await service.get("/docs");
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toStartWith("default-src 'none'; script-src 'self'; ");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  });

  test.each(["", "/"])(
    "behind an ingress that strips a prefix, all files that it names exist, from /ai/docs%s",
    async (end) => {
      using proxy = ingress();
      const page = await fetch(new URL(`/ai/docs${end}`, proxy.url));
      const addresses = loadedBy(await page.text()).filter((address) => !address.startsWith("data:"));
      expect(addresses).toEqual(["docs/swagger-ui.css", "docs/swagger-ui.js", "docs/start.js"]);
      for (const address of addresses) {
        const answer = await fetch(new URL(address, page.url));
        expect([address, answer.status]).toEqual([address, 200]);
        expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      }
      const start = await (await fetch(new URL("docs/start.js", page.url))).text();
      expect(start).toContain('url: "docs/openapi.json"');
      const documented = await fetch(new URL("docs/openapi.json", page.url));
      const { servers } = (await documented.json()) as { readonly servers: readonly { readonly url: string }[] };
      const health = new URL(`${new URL(`${servers[0]?.url}/`, documented.url)}health`);
      expect(await (await fetch(health)).json()).toEqual({ status: "ok" });
    },
  );

  test("its files are Swagger UI's own with their licence, and are cached", async () => {
    const script = await service.get("/docs/swagger-ui.js");
    expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    const original = Bun.file(Bun.resolveSync("swagger-ui-dist/swagger-ui-bundle.js", import.meta.dir));
    expect((await script.text()) === (await original.text())).toBe(true);
    expect(await (await service.get("/docs/LICENSE")).text()).toContain("Apache License");
    expect(await (await service.get("/docs/NOTICE")).text()).toContain("swagger-ui");
    const known = { headers: { "if-none-match": script.headers.get("etag") ?? "" } };
    expect((await service.get("/docs/swagger-ui.js", known)).status).toBe(304);
    expect((await service.get("/docs/swagger-ui.css", known)).status).toBe(200);
  });

  test.each(["nothing.js", "constructor", "__proto__", "..%2fpackage.json", "swagger-ui.js%00"])(
    "there is no file %s",
    async (name) => {
      expect((await service.get(`/docs/${name}`)).status).toBe(404);
    },
  );
});
