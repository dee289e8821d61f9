import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { hostnameOf, isLoopbackHost, isLoopbackName } from "../../src/domain/host.ts";

const isOwn = (host: string): boolean => {
  const name = hostnameOf(host);
  return name !== null && isLoopbackName(name);
};

describe("a Host header", () => {
  test.each([
    "localhost",
    "LOCALHOST:8011",
    "localhost.",
    "Localhost.:80",
    "localhost:",
    "app.localhost:3000",
    "127.0.0.1",
    "127.1.2.3:1",
    "[::1]",
    "[::1]:8011",
    "[0:0:0:0:0:0:0:1]:8011",
    "[::ffff:127.0.0.1]",
    "[::FFFF:7F00:1]",
  ])("%s names this machine", (host) => {
    expect(isOwn(host)).toBe(true);
  });

  test.each([
    "",
    ":8011",
    "example.com",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil-localhost",
    "evil.example:80@localhost",
    "localhost@evil.example",
    "localhost, evil.example",
    "localhost evil.example",
    "localhost/../evil",
    "localhost#",
    "localhost?",
    "localhost\\",
    "localhost%2eevil",
    "localhost..",
    "localhost:port",
    "localhost:123456",
    "lоcalhost",
    "ⓛocalhost",
    "localhost。",
    "0.0.0.0",
    "[::]",
    "[::2]",
    "[::1",
    "::1",
    "[::1%lo]",
    "[::ffff:10.0.0.1]",
    "128.0.0.1",
    "10.0.0.1",
    "null",
    "localhost\0",
  ])("%j does not name this machine", (host) => {
    expect(isOwn(host)).toBe(false);
  });

  test("is read without regard to case, port and a trailing dot, and never as an invalid host", () => {
    const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
    const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
    fc.assert(
      fc.property(name, fc.integer({ min: 0, max: 65_535 }), (given, port) => {
        const plain = hostnameOf(given);
        if (plain === null) return; // an invalid `xn--` name
        for (const form of [`${given}:${port}`, given.toUpperCase(), `${given}.`, `${given}.:${port}`]) {
          expect(hostnameOf(form)).toBe(plain);
        }
        for (const sign of ["@", "/", "\\", "?", "#", " ", ",", "%", "\t"]) {
          expect(hostnameOf(`${given}${sign}x`)).toBeNull();
          expect(hostnameOf(`x${sign}${given}`)).toBeNull();
        }
      }),
    );
  });

  test("of any text never throws, and gives a name that is read back as itself", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.ipV4(),
          fc.ipV6().map((ip) => `[${ip}]`),
        ),
        (text) => {
          const name = hostnameOf(text);
          if (name !== null) expect(hostnameOf(name)).toBe(name);
        },
      ),
    );
  });
});

describe("an address to listen on", () => {
  test.each(["127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "::1", "::ffff:127.0.0.1"])(
    "%s is on this machine",
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );
  test.each(["0.0.0.0", "::", "10.0.0.1", "example.com", "127.evil.example", "app.localhost", "fe80::1%eth0"])(
    "%s is not on this machine",
    (host) => {
      expect(isLoopbackHost(host)).toBe(false);
    },
  );
});
