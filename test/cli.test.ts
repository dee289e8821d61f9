import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { dependencies } from "../package.json";
import { helpText, parseCli } from "../src/cli.ts";
import { Environment } from "../src/config/environment.ts";
import { thirdPartyNotices } from "../src/notices.ts";

describe("the command line", () => {
  test.each([
    [[], "serve"],
    [["serve"], "serve"],
    [["init"], "init"],
    [["migrate"], "migrate"],
    [["reindex"], "reindex"],
    [["check"], "check"],
    [["licenses"], "licenses"],
    [["--help"], "help"],
    [["-h"], "help"],
    [["check", "licenses", "--help"], "help"],
    [["--version"], "version"],
    [["-v"], "version"],
    [["help"], "help"],
    [["version"], "version"],
  ] as const)("%j means %s", (argv, command) => {
    expect(parseCli(argv)).toEqual({ command });
  });

  test("serve may name how many workers it has", () => {
    expect(parseCli(["--workers", "3"])).toEqual({ command: "serve", workers: "3" });
    expect(parseCli(["serve", "--workers=auto"])).toEqual({ command: "serve", workers: "auto" });
    expect(parseCli(["serve", "--workers"])).toHaveProperty("error", expect.stringContaining("needs a number"));
    for (const none of ["", " "]) {
      expect(parseCli(["--workers", none])).toHaveProperty("error", expect.stringContaining("needs a number"));
    }
    expect(parseCli(["check", "--workers=2"])).toHaveProperty("error", expect.stringContaining("belongs to serve"));
  });

  test("init may name a folder", () => {
    expect(parseCli(["init", "bots"])).toEqual({ command: "init", dir: "bots" });
    expect(parseCli(["init", "bots", "more"])).toHaveProperty("error");
    expect(parseCli(["init", ""])).toHaveProperty("error", expect.stringContaining("an argument is empty"));
  });

  test.each([[["--port", "1"]], [["start"]], [["serve", "check"]], [["toString"]], [["--help=yes"]]])(
    "%j is refused",
    (argv) => {
      expect(parseCli(argv)).toHaveProperty("error", expect.stringContaining("yeoul --help"));
    },
  );

  test.each([
    [["dance"], 'unknown command "dance"; see yeoul --help'],
    [["\u001b[2J"], 'unknown command "?[2J"; see yeoul --help'],
    [["x".repeat(1000)], `unknown command "${"x".repeat(60)}"; see yeoul --help`],
    [["check", "-v", "--port", "1"], 'unknown option "--port"; see yeoul --help'],
    [["--token=s3cret"], 'unknown option "--token"; see yeoul --help'],
  ])("%j is repeated in the error, bounded and printable", (argv, error) => {
    expect(parseCli(argv)).toEqual({ error });
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (argv) => {
        const result = parseCli(argv);
        return "command" in result || "error" in result;
      }),
    );
  });
});

test("the help names every command and every variable with its default", () => {
  const help = helpText();
  for (const command of ["serve", "migrate", "reindex", "check", "--help", "--version"])
    expect(help).toContain(`  ${command} `);
  for (const [name, form] of Object.entries(Environment.properties)) {
    expect(help).toContain(form.default === undefined ? `  ${name}\n` : `  ${name}=${form.default}\n`);
    expect(help).toContain(form.description);
  }
});

test("the licences cover every library in the executable, in its version", async () => {
  const notices = await thirdPartyNotices();
  const listed = new Set([...notices.matchAll(/^ - (\S+@\S+)$/gm)].map(([, name]) => name));
  for (const [name, version] of Object.entries(dependencies)) expect(listed).toContain(`${name}@${version}`);
  expect(notices).toContain("JavaScriptCore");
  expect(notices).toContain("PostgreSQL Database Management System");
});

test("the help fits a terminal of 120 columns", () => {
  expect(
    helpText()
      .split("\n")
      .filter((line) => line.length > 120),
  ).toEqual([]);
});

test(".env.example shows every variable, unset, with its default and in the words of the help", async () => {
  const example = await Bun.file(new URL("../.env.example", import.meta.url)).text();
  const [, ...shown] = example.trimEnd().split("\n\n");
  expect(shown).toEqual(
    Object.entries(Environment.properties).map(
      ([name, form]) => `# ${form.description}\n#${name}=${form.default ?? ""}`,
    ),
  );
});
