import { describe, expect, test } from "bun:test";
import type { Reach } from "../../src/fetching/reach.ts";
import { fetched, refusal, serving, textOf } from "../support/fetched-page.ts";
import { loopbackReach } from "../support/loopback-reach.ts";
import { HTML, page, pageServer, redirect } from "../support/page-server.ts";

const NOT_PUBLIC = "Only pages on the public internet can be fetched.";

describe("a name", () => {
  test("that resolves to any private address is not tried", async () => {
    await using server = await serving(page(HTML, "secret"));
    for (const addresses of [["10.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["127.0.0.1", "fe80::1%eth0"], []]) {
      const reach = loopbackReach({ "pages.example.com": addresses });
      expect(await refusal(fetched(server, "/", { reach }))).toBe(`forbidden_address: ${NOT_PUBLIC}`);
    }
    expect(server.connections()).toBe(0);
  });

  test("that resolves to a private address the second time is refused then", async () => {
    await using server = await pageServer({ "/": redirect("/again"), "/again": page(HTML, "secret") });
    const answers = [["127.0.0.1"], ["127.0.0.2"]];
    const reach: Reach = {
      ...loopbackReach(),
      lookup: async () => (answers.shift() ?? []).map((address) => ({ address, family: 4 })),
    };
    expect(await refusal(fetched(server, "/", { reach }))).toContain(NOT_PUBLIC);
    expect(server.connections()).toBe(1);
  });

  test("whose connected address is not allowed is sent no request", async () => {
    await using server = await serving(page(HTML, "secret"));
    const lookups: string[] = [];
    const reach: Reach = { ...loopbackReach(), allowsAddress: (address) => lookups.push(address) === 1 };
    expect(await refusal(fetched(server, "/", { reach }))).toBe(`forbidden_address: ${NOT_PUBLIC}`);
    await server.closed();
    expect({ lookups, heads: server.heads }).toEqual({ lookups: ["127.0.0.1", "127.0.0.1"], heads: [] });
  });

  test("that does not resolve is reported as unknown", async () => {
    await using server = await serving(page(HTML, "hi"));
    const unknown = Object.assign(new Error("getaddrinfo ENOTFOUND db.internal"), { code: "ENOTFOUND" });
    const reach: Reach = { ...loopbackReach(), lookup: () => Promise.reject(unknown) };
    expect(await refusal(fetched(server, "/", { reach }))).toBe(
      "unreachable: The name of the page's host is not known.",
    );
  });

  test("with several addresses is tried at each", async () => {
    await using server = await serving(page(HTML, "second"));
    const reach: Reach = { ...loopbackReach({ "pages.example.com": ["::1", "127.0.0.1"] }), allowsAddress: () => true };
    expect(textOf(await fetched(server, "/", { reach }))).toBe("second");
  });
});
