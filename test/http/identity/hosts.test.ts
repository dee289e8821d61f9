import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { IdentitySettings } from "../../../src/domain/identity.ts";
import { HostCheck, isFromElsewhere } from "../../../src/http/identity/hosts.ts";

const nobody = () => false;
const from = (headers: Record<string, string>, isGranted: (origin: string) => boolean = nobody) =>
  isFromElsewhere(new Headers(headers), isGranted);

describe("a request that a browser sends for a page", () => {
  test.each([
    [{}, false],
    [{ host: "a.example", origin: "http://a.example" }, false],
    [{ host: "a.example", origin: "https://a.example" }, false],
    [{ host: "A.example:443", origin: "https://a.example" }, false],
    [{ host: "a.example:8011", origin: "http://a.example:8011" }, false],
    [{ host: "[::1]:8011", origin: "http://[::1]:8011" }, false],
    [{ host: "[0::1]:80", origin: "http://[::1]" }, false],
    [{ host: "a.example", origin: "http://a.example:8080" }, true],
    [{ host: "a.example:443", origin: "http://a.example" }, true],
    [{ host: "a.example", origin: "http://b.a.example" }, true],
    [{ host: "a.example", origin: "http://a.example.evil" }, true],
    [{ host: "a.example", origin: "null" }, true],
    [{ host: "a.example", origin: "" }, true],
    [{ host: "null", origin: "null" }, true],
    [{ host: "a.example", origin: "file://" }, true],
    [{ host: "a.example", origin: "chrome-extension://a.example" }, true],
    [{ host: "a.example", origin: "http://a.example, http://b.example" }, true],
    [{ host: "", origin: "http://a.example" }, true],
    [{ host: "x@a.example", origin: "http://a.example" }, true],
    [{ origin: "http://a.example" }, true],
    [{ "sec-fetch-site": "same-origin", host: "proxied", origin: "https://a.example" }, false],
    [{ "sec-fetch-site": "none", host: "proxied", origin: "null" }, false],
    [{ "sec-fetch-site": "same-site", host: "a.example", origin: "http://a.example" }, true],
    [{ "sec-fetch-site": "cross-site", host: "a.example" }, true],
    [{ "sec-fetch-site": "", host: "a.example" }, true],
    [{ "sec-fetch-site": "Same-Origin", host: "a.example" }, true],
    [{ "sec-fetch-site": "same-origin, cross-site", host: "a.example" }, true],
  ])("%j: %p", (headers, isElsewhere) => {
    expect(from(headers as Record<string, string>)).toBe(isElsewhere);
  });

  test("is allowed when its origin is listed, whatever the browser calls the site, and never without an origin", () => {
    const isListed = (origin: string) => origin === "https://app.example";
    for (const site of ["cross-site", "same-site", "odd"]) {
      expect(from({ "sec-fetch-site": site, origin: "https://app.example", host: "h" }, isListed)).toBe(false);
      expect(from({ "sec-fetch-site": site, origin: "https://app.example.evil", host: "h" }, isListed)).toBe(true);
      expect(from({ "sec-fetch-site": site, host: "h" }, () => true)).toBe(true);
    }
    expect(from({ origin: "https://app.example", host: "h" }, isListed)).toBe(false);
  });

  test("counts as cross-site for every port and name other than the one it was sent to", () => {
    const name = fc.stringMatching(/^[a-z]{1,8}\.example$/);
    const port = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(name, port, name, port, (a, p, b, q) => {
        const isSame = a === b && p === q;
        expect(from({ host: `${a}:${p}`, origin: `http://${b}:${q}` })).toBe(!isSame);
        expect(from({ host: `${a.toUpperCase()}:${p}`, origin: `https://${b}:${q}` })).toBe(!isSame);
      }),
    );
  });
});

describe("where host names are checked", () => {
  const settings = (given: Partial<IdentitySettings>): IdentitySettings => ({
    serviceTokens: [],
    userTokens: null,
    trustedHeader: null,
    accessTokenSecret: null,
    host: "127.0.0.1",
    allowedHosts: [],
    ...given,
  });
  const passes = (check: HostCheck, host: string) => {
    try {
      check.check(new Headers({ host }));
      return true;
    } catch {
      return false;
    }
  };

  test.each([
    ["open on loopback", {}, { isForAll: true, isForUnproven: true }],
    ["a trusted header on loopback", { trustedHeader: "x-user-id" }, { isForAll: true, isForUnproven: true }],
    ["a token on loopback", { serviceTokens: ["s"] }, { isForAll: false, isForUnproven: true }],
    ["open elsewhere", { host: "0.0.0.0" }, { isForAll: false, isForUnproven: false }],
    ["elsewhere with ALLOWED_HOSTS", { host: "0.0.0.0", allowedHosts: ["a"] }, { isForAll: true, isForUnproven: true }],
  ])("%s", (_, given, looks) => {
    expect(new HostCheck(settings(given))).toMatchObject(looks);
  });

  test("HOST, the allowed names and loopback pass, in any letter case and at any port; others do not", () => {
    const check = new HostCheck(settings({ host: "fd00::5", allowedHosts: ["ai.example"] }));
    for (const host of ["ai.example", "AI.Example.:9", "[fd00:0::5]:8011", "localhost:1"])
      expect([host, passes(check, host)]).toEqual([host, true]);
    for (const host of ["x.ai.example", "ai.example.evil", "[fd00::6]", "", "fd00::5"])
      expect([host, passes(check, host)]).toEqual([host, false]);
  });
});
