import { describe, expect, test } from "bun:test";
import { fetched, refusal, serving, textOf } from "../support/fetched-page.ts";
import { loopbackReach } from "../support/loopback-reach.ts";
import { HTML, page, pageServer, redirect, respond } from "../support/page-server.ts";

const NOT_PUBLIC = "Only pages on the public internet can be fetched.";

describe("a redirect", () => {
  test.each([
    "301 Moved Permanently",
    "302 Found",
    "303 See Other",
    "307 Temporary Redirect",
    "308 Permanent Redirect",
  ])("with %s is followed, and the page's address is the last", async (status) => {
    await using server = await pageServer({ "/": redirect("a/b?c#d", status), "/a/b?c": page(HTML, "there") });
    const found = await fetched(server, "/");
    expect([found.url, textOf(found)]).toEqual([`http://pages.example.com:${server.port}/a/b?c`, "there"]);
  });

  test("in raw UTF-8 is followed", async () => {
    await using server = await pageServer({ "/": redirect("/재고"), [encodeURI("/재고")]: page(HTML, "here") });
    expect(textOf(await fetched(server, "/"))).toBe("here");
  });

  /** A page was just fetched from this address, so only the rule prevents the second request to it. */
  test.each([
    ["127.0.0.1"],
    ["[::ffff:127.0.0.1]"],
    ["[::ffff:7f00:1]"],
    ["[::127.0.0.1]"],
    ["2130706433"],
    ["0x7f000001"],
    ["017700000001"],
    ["127.1"],
    ["0"],
    ["[::1]"],
    ["localhost"],
    ["inside.example.com"],
    ["half-inside.example.com"],
    ["mapped.example.com"],
    ["pages.example.com"],
  ])("to %s reaches nothing", async (host) => {
    await using inside = await serving(page(HTML, "secret"));
    const reach = loopbackReach({
      "inside.example.com": ["127.0.0.1"],
      "half-inside.example.com": ["93.184.216.34", "127.0.0.1"],
      "mapped.example.com": ["::ffff:127.0.0.1"],
    });
    await using server = await serving((socket, head) => {
      reach.shut();
      redirect(`http://${host}:${inside.port}/`)(socket, head);
    });
    expect(await refusal(fetched(server, "/", { reach }))).toBe(
      `forbidden_address: The page redirects to a URL that cannot be fetched. ${NOT_PUBLIC}`,
    );
    expect(inside.connections()).toBe(0);
  });

  test.each([
    ["file:///etc/passwd", "forbidden_address", "Only http and https URLs can be fetched."],
    [
      "http://user:word@example.com/",
      "forbidden_address",
      "A URL with a user name or a password cannot be fetched. Remove them.",
    ],
    ["http://[", "malformed", "This is not a valid URL. Send a complete one, such as https://example.com/page."],
  ])("to %s is refused", async (location, code, message) => {
    await using server = await serving(redirect(location));
    expect(await refusal(fetched(server, "/"))).toBe(
      `${code}: The page redirects to a URL that cannot be fetched. ${message}`,
    );
  });

  test("that never ends is followed five times", async () => {
    await using server = await serving(redirect("/"));
    expect(await refusal(fetched(server, "/"))).toBe("unreachable: The page has too many redirects.");
    expect(server.heads).toHaveLength(6);
  });

  test("is closed before the next request", async () => {
    const left = Promise.withResolvers<void>();
    await using server = await pageServer({
      "/": (socket) => {
        socket.on("close", () => left.resolve());
        socket.write("HTTP/1.1 302 Found\r\nlocation: /next\r\n\r\nand so on, without an end");
      },
      "/next": (socket, head) => void left.promise.then(() => page(HTML, "next")(socket, head)),
    });
    expect(textOf(await fetched(server, "/"))).toBe("next");
  });

  test("without a location is not a page", async () => {
    await using server = await serving(respond("302 Found", {}));
    expect(await refusal(fetched(server, "/"))).toBe(
      "unreachable: The page's server answered with 302 instead of a page.",
    );
  });
});
