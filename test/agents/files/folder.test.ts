import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { agentFolder, filesOf, load, mistakesIn } from "../../support/agent-folder.ts";

describe("the folder", () => {
  test("is empty when it does not exist", async () => {
    using folder = agentFolder();
    expect(await load(filesOf(folder, { dir: join(folder.dir, "gone") }))).toMatchObject({
      agents: [],
      mistakes: [],
    });
  });

  test("must be a folder", async () => {
    using folder = agentFolder({ file: "x" });
    const loaded = await load(filesOf(folder, { dir: join(folder.dir, "file") }));
    expect(mistakesIn(loaded, folder)).toEqual(["file: is not a folder: name one in AGENTS_DIR"]);
  });

  test("may hold other files, links to agents and folders besides", async () => {
    using folder = agentFolder({
      "one.md": "Help.",
      "deep/two.md": "Not an agent.",
      "mcp.json": "{}",
      "yeoul.d.ts": "export {};",
      ".hidden.md": "Not an agent.",
      "notes.txt": "x",
    });
    symlinkSync("deep/two.md", join(folder.dir, "linked.md"));
    const { agents, mistakes } = await load(filesOf(folder));
    expect([agents.map(({ name }) => name), mistakes]).toEqual([["linked", "one"], []]);
  });

  test("refuses invalid names, names that are taken, and entries that are not files", async () => {
    using folder = agentFolder({
      "Orders.md": "Help.",
      "-a.md": "Help.",
      [`${"a".repeat(64)}.md`]: "Help.",
      ".md": "Hidden.",
      "ask.md": "Help.",
      "twice.md": "Help.",
      "twice.js": "export default {};",
      [`${"b".repeat(63)}.md`]: "Help.",
    });
    mkdirSync(join(folder.dir, "folder.md"));
    symlinkSync("nowhere.md", join(folder.dir, "dangling.md"));
    symlinkSync("loop.md", join(folder.dir, "loop.md"));
    Bun.spawnSync(["mkfifo", join(folder.dir, "pipe.md")]);
    const loaded = await load(filesOf(folder));
    const mistakes = mistakesIn(loaded, folder);
    for (const name of ["Orders", "-a", "a".repeat(64)])
      expect(mistakes).toContainEqual(
        expect.stringMatching(new RegExp(`^${name}\\.md: is not named as an agent can be`)),
      );
    expect(mistakes).toContain("ask.md: has the name of a built-in agent, ask: give it another one");
    expect(mistakes).toContainEqual(expect.stringMatching(/^twice\.md: has the same name as .*twice\.js: rename one/));
    expect(mistakes).toContainEqual(expect.stringMatching(/^folder\.md: is a folder/));
    expect(mistakes).toContainEqual(expect.stringMatching(/^dangling\.md: is a link to something that does not exist/));
    expect(mistakes).toContainEqual(expect.stringMatching(/^loop\.md: is a link that leads to itself/));
    expect(mistakes).toContainEqual(expect.stringMatching(/^pipe\.md: is not a regular file/));
    expect(mistakes.filter((line) => line.startsWith("b"))).toEqual([]);
  });

  test.skipIf(process.getuid?.() === 0)("says when a file may not be read", async () => {
    using folder = agentFolder();
    writeFileSync(join(folder.dir, "a.md"), "Help.", { mode: 0 });
    const loaded = await load(filesOf(folder));
    expect(mistakesIn(loaded, folder)).toEqual(["a.md: cannot be read by this user: change the file's permissions"]);
  });
});
