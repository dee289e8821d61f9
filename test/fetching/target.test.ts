import { describe, expect, test } from "bun:test";
import { UnreadableError } from "../../src/domain/unreadable.ts";
import { PUBLIC_WEB } from "../../src/fetching/reach.ts";
import { targetOf } from "../../src/fetching/target.ts";

const outcome = (url: string, base: string | null = null): string => {
  try {
    return targetOf(url, base === null ? null : new URL(base), PUBLIC_WEB).href;
  } catch (error) {
    if (error instanceof UnreadableError) return `${error.code}: ${error.message}`;
    throw error;
  }
};

const NOT_PUBLIC = "forbidden_address: Only pages on the public internet can be fetched.";
const NOT_WEB = "forbidden_address: Only http and https URLs can be fetched.";
const NO_PORT = "forbidden_address: Only ports 80 and 443 can be fetched from.";
const NO_SECRET = "forbidden_address: A URL with a user name or a password cannot be fetched. Remove them.";
const NO_URL = "malformed: This is not a valid URL. Send a complete one, such as https://example.com/page.";

describe("a URL that may be fetched", () => {
  test.each([
    ["https://example.com", "https://example.com/"],
    [" http://EXAMPLE.com:80/a?b=c#d ", "http://example.com/a?b=c"],
    ["http://example.com:443/", "http://example.com:443/"],
    ["https://example.com./a", "https://example.com/a"],
    ["https://여울.한국/재고", "https://xn--9i5bqo.xn--3e0b707e/%EC%9E%AC%EA%B3%A0"],
    ["https://8.8.8.8/", "https://8.8.8.8/"],
    ["https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/"],
    ["https://localhost.example.com/", "https://localhost.example.com/"],
  ])("%s", (url, href) => expect(outcome(url)).toBe(href));

  test.each([
    ["/b", "https://example.com/a", "https://example.com/b"],
    ["//example.org/b", "https://example.com/a", "https://example.org/b"],
    ["?page=2", "https://example.com/a?page=1", "https://example.com/a?page=2"],
  ])("%s as a redirect of %s", (location, base, href) => expect(outcome(location, base)).toBe(href));
});

test.each([
  [
    NO_URL,
    [
      "",
      "example.com/page",
      "/page",
      "http://",
      "http://a b/",
      "http://[::1",
      `https://example.com/${"a".repeat(4_096)}`,
    ],
  ],
  [
    NOT_WEB,
    ["file:///etc/passwd", "ftp://example.com/", "data:text/html,hi", "javascript:alert(1)", "gopher://example.com/"],
  ],
  [NO_SECRET, ["https://user@example.com/", "https://user:word@example.com/", "https://:word@example.com/"]],
  [
    NO_PORT,
    ["http://example.com:22/", "http://example.com:8080/", "https://example.com:6379/", "http://example.com:0/"],
  ],
  [NOT_PUBLIC, ["http://localhost/", "http://LOCALHOST./", "http://a.localhost/", "http://intranet/", "http://wiki./"]],
  [
    NOT_PUBLIC,
    ["http://printer.local/", "http://metadata.google.internal/", "http://router.home.arpa/", "http://a.test/"],
  ],
  [NOT_PUBLIC, ["http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1./"]],
  [NOT_PUBLIC, ["http://１２７.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/"]],
  [NOT_PUBLIC, ["http://169.254.169.254/latest/meta-data", "http://[fd00:ec2::254]/", "http://[64:ff9b::a9fe:a9fe]/"]],
])("%s", (refusal, urls) => {
  for (const url of urls) expect({ url, outcome: outcome(url) }).toEqual({ url, outcome: refusal });
});

test.each([
  ["file:///etc/passwd", NOT_WEB],
  ["//127.0.0.1/b", NOT_PUBLIC],
  ["//user@example.org/", NO_SECRET],
  ["http://[", NO_URL],
])("a redirect to %s is checked in the same way", (location, refusal) => {
  expect(outcome(location, "https://example.com/a")).toBe(refusal);
});
