import { expect, test } from "bun:test";
import { originOf } from "../../src/upstream/origin.ts";

test.each([
  ["http://model.test/v1", { key: "http://model.test:80", host: "model.test", port: 80, serverName: "model.test" }],
  ["https://model.test", { key: "https://model.test:443", isSecure: true, port: 443, serverName: "model.test" }],
  ["https://model.test:443/x", { key: "https://model.test:443", port: 443 }],
  ["https://10.0.0.1:8443", { key: "https://10.0.0.1:8443", host: "10.0.0.1", port: 8443, serverName: undefined }],
  ["http://[::1]:11434/v1", { key: "http://[::1]:11434", host: "::1", port: 11434, serverName: undefined }],
])("the origin of %s is read", (url, expected) => {
  expect(originOf(new URL(url))).toMatchObject(expected);
});

test("a URL that is not HTTP is refused", () => {
  expect(() => originOf(new URL("ftp://model.test"))).toThrow("ftp:");
});
