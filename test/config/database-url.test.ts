import { expect, test } from "bun:test";
import fc from "fast-check";
import { readConfig, secretsOf } from "../../src/config/read-config.ts";
import { mistakesOf } from "../support/config.ts";

test.each([
  "postgres://postgres:p#w@h/d",
  "postgresql://u:1#w@h/d",
  "postgres://u:p@h:99999/d",
  "postgres://u:1/2@h/d",
  "postgres://u:p/w@h/d",
  "postgres://u:12/p:w@h:5432/d",
  "postgres://u:p@s/w@h/d",
  "postgres://u:80?w@h/d",
  "postgres://u:80/?w@h/d",
  "postgres://u:p%w@h/d",
  "postgres://u%zz:pw@h/d",
])("a database's URL that would be read otherwise than meant is refused without being shown: %s", (DATABASE_URL) => {
  expect(mistakesOf({ DATABASE_URL })).toEqual({
    DATABASE_URL:
      "must be a valid URL: percent-encode special characters in the password (# is %23, % is %25, / is %2F, ? is %3F, @ is %40); the port is at most 65535",
  });
});

test("a database's URL is accepted with any password that is percent-encoded, and refused or read right with any", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (password) => {
      const encoded = readConfig({ DATABASE_URL: `postgres://u:${encodeURIComponent(password)}@h:5432/d?user=a@b` });
      expect(encoded.ok && secretsOf(encoded.config)).toContain(password);
      const bare = readConfig({ DATABASE_URL: `postgres://u:${password}@h:5432/d` });
      if (!bare.ok) return;
      const url = new URL(bare.config.database.kind === "postgres" ? bare.config.database.url : "");
      expect([url.username, url.host, url.pathname, url.search]).toEqual(["u", "h:5432", "/d", ""]);
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  "postgres:///d?user=name@server",
  "postgres://h/d?user=name@server&password=p",
  "postgres://u@h",
  "postgres://u:p@h/d?application_name=a@b",
  "postgres://u:p%2F%40%25@h/d",
  "postgres://%2Fvar%2Frun/d",
])("a database's URL that is read as it is meant is accepted: %s", (DATABASE_URL) => {
  expect(mistakesOf({ DATABASE_URL })).toEqual({});
});
