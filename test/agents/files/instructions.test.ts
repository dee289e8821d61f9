import { expect, test } from "bun:test";
import fc from "fast-check";
import { instructionsFor } from "../../../src/agents/files/instructions.ts";
import { mistakeText } from "../../../src/domain/file-mistake.ts";
import { realSystem } from "../../../src/domain/system.ts";
import { agentFolder, filesOf, load } from "../../support/agent-folder.ts";

const known = (userId: string) => ({
  userId,
  locale: "ko" as const,
  system: { ...realSystem, now: () => Date.UTC(2026, 10, 27, 23, 59) },
});

test("user, day and locale are filled in wherever they stand, and nothing else", () => {
  const text = "{{user_id}}{{user_id}}, {{date}} ({{locale}}); {{ date }} {{model}} {{}} {{DATE}} {date}";
  expect(instructionsFor(text, known("u1"))).toBe("u1u1, 2026-11-27 (ko); {{ date }} {{model}} {{}} {{DATE}} {date}");
});

test("a user id is not expanded again and cannot begin a new line", () => {
  expect(instructionsFor("User: {{user_id}}.", known("{{date}} $& $1"))).toBe("User: {{date}} $& $1.");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (userId) => {
      const filled = instructionsFor("User: {{user_id}}.", known(userId));
      expect(filled).toStartWith("User: ");
      expect(filled.split(/[\n\r\u2028\u2029\u0085\v\f]/)).toHaveLength(1);
    }),
  );
});

test("what looks like a place and is none is remarked with its line, and the agent is used as it is", async () => {
  const lines = [
    "---",
    "description: d",
    "---",
    "",
    "You help {{user}}, {{user_id}} and {{ date }}.",
    "Today is {{date}} or {{dat}}, {{locale}}.",
    "{{constructor}} {{}} {{ two words }}",
  ];
  for (const end of ["\n", "\r\n"]) {
    using folder = agentFolder({ "a.md": lines.join(end), "b.md": "{{user}}\n" });
    const { agents, mistakes, remarks } = await load(filesOf(folder));
    expect([agents.length, mistakes]).toEqual([2, []]);
    expect(remarks.map((remark) => mistakeText(remark).replace(`${folder.dir}/`, ""))).toEqual([
      "a.md:5: has {{user}}, which is not filled in: there are {{user_id}}, {{date}}, {{locale}}",
      "a.md:5: has {{ date }}, which is not filled in: did you mean {{date}}?",
      "a.md:6: has {{dat}}, which is not filled in: did you mean {{date}}?",
      "a.md:7: has {{constructor}}, which is not filled in: there are {{user_id}}, {{date}}, {{locale}}",
      "b.md:1: has {{user}}, which is not filled in: there are {{user_id}}, {{date}}, {{locale}}",
    ]);
  }
});
