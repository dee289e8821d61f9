import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { agentFolder, filesOf, load, mistakesIn } from "../../support/agent-folder.ts";
import { cpuMs } from "../../support/cpu.ts";

/** Reads a folder with one file, `a.md`. */
const readOne = async (content: string | Uint8Array, variables: Record<string, string> = {}) => {
  using folder = agentFolder({ "a.md": content });
  const loaded = await load(filesOf(folder, { variables }));
  return { ...loaded, agent: loaded.agents[0], mistakes: mistakesIn(loaded, folder) };
};

describe("a text agent", () => {
  test("is described by the first line of its instructions, and otherwise has the service's defaults", async () => {
    const { agent, mistakes } = await readOne("# You answer questions about orders.\n\nBe brief.\n");
    expect(mistakes).toEqual([]);
    expect(agent).toEqual({
      name: "a",
      kind: "text",
      definition: { description: "You answer questions about orders.", settings: {}, run: expect.any(Function) },
    });
  });

  test("has every field of its front matter", async () => {
    const { agent, mistakes } = await readOne(`---
description: Knows orders.
model: [compatible:small, builtin]
temperature: 0.5
max_output_tokens: 500
reasoning: low
tools: [calculate, "orders/*", plot_*]
approve: [calculate]
max_rounds: 3
timeout: 90s
history_tokens: 0
---
Help.
`);
    expect(mistakes).toEqual([]);
    expect(agent?.definition).toEqual({
      description: "Knows orders.",
      model: ["compatible:small", "builtin"],
      settings: { temperature: 0.5, maxOutputTokens: 500, reasoning: "low" },
      approve: ["calculate"],
      tools: ["calculate", "orders/*", "plot_*"],
      historyTokens: 0,
      timeout: "90s",
      run: expect.any(Function),
    });
  });

  test.each([
    ["a byte order mark", "\ufeff---\ndescription: Seen.\n---\nHelp."],
    ["CRLF", "---\r\ndescription: Seen.\r\n---\r\nHelp.\r\n"],
    ["CR", "---\rdescription: Seen.\r---\rHelp."],
    ["spaces after the fences", "---  \ndescription: Seen.\n--- \t\nHelp."],
    ["a rule in the instructions", "---\ndescription: Seen.\n---\nHelp.\n\n---\n\nMore."],
    ["no end of line", "---\ndescription: Seen.\n---\nHelp."],
  ])("is read with %s", async (_, content) => {
    expect(await readOne(content)).toMatchObject({ mistakes: [], agent: { definition: { description: "Seen." } } });
  });

  test("may have front matter that is empty, and instructions that begin with a rule further down", async () => {
    expect(await readOne("---\n---\nHelp.\n---\n")).toMatchObject({
      mistakes: [],
      agent: { definition: { description: "Help." } },
    });
  });

  test("takes values from the environment: as text in quotes, and as numbers where a number belongs", async () => {
    const env = { MODEL_ID: "compatible:x", ROUNDS: "4", WHO: "orders: all # of them" };
    const content = "---\nmodel: ${MODEL_ID}\nmax_rounds: ${ROUNDS}\ndescription: Knows ${WHO}\n---\nHelp.";
    const { agent, mistakes } = await readOne(content, env);
    expect(mistakes).toEqual([]);
    expect(agent?.definition).toMatchObject({ model: "compatible:x", description: "Knows orders: all # of them" });
    expect((await readOne('---\nmax_rounds: "${ROUNDS}"\n---\nHelp.', env)).mistakes).toEqual([
      "a.md:2: max_rounds must be a whole number from 1 to 100",
    ]);
  });
});

describe("mistakes in text agents", () => {
  test("a header that describes the message itself is one", async () => {
    const { mistakes } = await readOne(
      "---\nremote:\n  protocol: ag-ui\n  url: http://x\n  headers:\n    Host: y\n    x-key: k\n    content-length: '1'\n---\n",
    );
    expect(mistakes).toEqual([
      "a.md:6: remote.headers.Host is a header that the service sets itself: remove it",
      "a.md:8: remote.headers.content-length is a header that the service sets itself: remove it",
    ]);
  });

  test("every field that an agent elsewhere has of its own is one", async () => {
    const own = [
      "model: builtin",
      "temperature: 1",
      "max_output_tokens: 9",
      "reasoning: low",
      "tools: [calculate]",
      "approve: [calculate]",
      "collections: [a]",
      "max_rounds: 2",
    ];
    const allowed = ["description: d", "timeout: 5s", "history_tokens: 9"];
    const { mistakes } = await readOne(
      `---\nremote: {protocol: ag-ui, url: 'http://x'}\n${[...own, ...allowed].join("\n")}\n---\n`,
    );
    expect(mistakes).toEqual(
      own.map(
        (line, at) =>
          `a.md:${at + 3}: ${line.split(":")[0]} has no effect on an agent that runs elsewhere: set it there, and remove it here`,
      ),
    );
  });

  test("are all reported at once, with file, line, field and remedy", async () => {
    using folder = agentFolder({
      "one.md": `---
description: ""
modle: builtin
model:
  - builtin
  - openai:gpt-5
temperature: 3
max_output_tokens: many
reasoning: extreme
tools:
  - calculate
  - calculat
  - "wiki/*"
approve: [calculat]
collections: [7]
max_rounds: 0
timeout: 30
history_tokens: -1
---
Help.
`,
      "four.md": `---
remote:
  protocol: a2a
  url: ftp://x
  header: {}
temperature: 3
max_rounds: 4
---
`,
      "two.md": '---\nmodel: ${GONE}\ntools: ["${ALSO_GONE}/*"]\n---\nHelp.\n',
      "three.md":
        "---\ntimeout: 25h\nremote: {protocol: ag-ui, url: 'http://[', headers: {x: \"a\\nb\", 'a b': c}}\n---\n",
    });
    expect(mistakesIn(await load(filesOf(folder)), folder)).toEqual([
      "four.md:3: remote.protocol must be ag-ui",
      "four.md:4: remote.url must be a URL that starts with http:// or https://",
      "four.md:5: remote.header is not a field: did you mean headers?",
      "four.md:6: temperature must be a number from 0 to 2",
      "four.md:7: max_rounds has no effect on an agent that runs elsewhere: set it there, and remove it here",
      "one.md:2: description must be text of 1 to 1000 characters",
      "one.md:3: modle is not a field: did you mean model?",
      "one.md:6: model needs OPENAI_API_KEY to be set",
      "one.md:7: temperature must be a number from 0 to 2",
      "one.md:8: max_output_tokens must be a whole number from 1 to 10000000",
      "one.md:9: reasoning must be none, low, medium or high",
      'one.md:12: tools names "calculat", which is no tool: did you mean calculate?',
      'one.md:13: tools names "wiki/*", but mcp.json has no server wiki: there are orders',
      'one.md:14: approve names "calculat", which is no tool: did you mean calculate?',
      "one.md:15: collections must be a collection's name: 1 to 128 characters, in quotes if it is a number",
      "one.md:16: max_rounds must be a whole number from 1 to 100",
      "one.md:17: timeout must be a duration from 10ms to 24h, such as 30s or 5m",
      "one.md:18: history_tokens must be a whole number from 0 to 10000000",
      "three.md:2: timeout must be a duration from 10ms to 24h, such as 30s or 5m",
      "three.md:3: remote.headers.x must be text without line breaks",
      "three.md:3: remote.headers.a b is not allowed here: remove it",
      "three.md:3: remote.url must be a URL that starts with http:// or https://",
      "two.md:2: model refers to the environment variable GONE, which is not set: set it, or remove the reference",
      "two.md:3: tools refers to the environment variable ALSO_GONE, which is not set: set it, or remove the reference",
    ]);
  });

  test.each([
    ["no YAML", "---\ntools: [calculate\nmodel: builtin\n---\nHelp.", /^a\.md:\d: is no YAML that can be read: /],
    ["a colon in a text", "---\ndescription: Orders: all\n---\nHelp.", /^a\.md:2: is no YAML.*put texts .* in quotes$/],
    ["a field that comes twice", "---\nmodel: builtin\nmodel: builtin\n---\nHelp.", /^a\.md:3: is no YAML.*unique/],
    ["a tag", "---\nmodel: !env MODEL\n---\nHelp.", /^a\.md:2: is no YAML.*tag/],
    ["a list", "---\n- model\n---\nHelp.", /^a\.md:2: is no YAML that can be read: it is no map/],
    ["deep nesting", `---\nx: ${"[".repeat(30_000)}\n---\nHelp.`, /^a\.md:2: is no YAML/],
    ["front matter without an end", "---\nmodel: builtin\n\nHelp.", /^a\.md:1: opens front matter that nothing closes/],
    ["front matter alone", "---\nmodel: builtin\n---\n\n", /^a\.md: has no instructions/],
    ["long front matter", `---\n# ${"x".repeat(70_000)}\n---\nHelp.`, /^a\.md:1: has front matter of more than 32 KiB/],
    ["nothing", "", /^a\.md: is empty: write what the agent is to do$/],
    ["white space", "\ufeff \r\n\n", /^a\.md: is empty/],
    ["10 MB", "x".repeat(10_000_000), /^a\.md: is larger than 1024 KiB/],
    ["bytes that are not UTF-8", Uint8Array.from([0x61, 0x0a, 0x62, 0xff, 0x0a]), /^a\.md:2: is not UTF-8 there/],
    ["UTF-16", Uint8Array.from([0xff, 0xfe, 0x61, 0x00]), /^a\.md:1: is not UTF-8 there/],
  ])("%s is reported", async (_, content, mistakes) => {
    const read = await readOne(content);
    expect(read.agents).toEqual([]);
    expect(read.mistakes).toEqual([expect.stringMatching(mistakes)]);
  });

  test("aliases that expand to gigabytes are refused quickly", async () => {
    const levels = Array.from(
      { length: 12 },
      (_, at) => `l${at}: &l${at} [${Array(9).fill(at === 0 ? "x" : `*l${at - 1}`)}]`,
    );
    expect((await readOne(`---\n${levels.join("\n")}\n---\nHelp.`)).mistakes).toEqual([
      expect.stringContaining("its aliases stand for too much"),
    ]);
  });

  test("are found in time linear in their number", async () => {
    const fields = Array.from({ length: 3_000 }, (_, at) => `x${at}: 1`).join("\n");
    const unread = Array.from({ length: 3_000 }, (_, at) => `x${at}: : 1`).join("\n");
    let mistakes = 0;
    const spent = await cpuMs(async () => {
      for (const text of [fields, unread]) mistakes += (await readOne(`---\n${text}\n---\nHelp.`)).mistakes.length;
    });
    expect(mistakes).toBe(6_000);
    expect(spent).toBeLessThan(4_000);
  });

  test("never show a value of the environment", async () => {
    const { mistakes } = await readOne("---\ntemperature: ${T}\nremote:\n  protocol: ${T}\n  url: ${T}\n---\n", {
      T: "s3cret",
    });
    expect(mistakes).toHaveLength(3);
    expect(mistakes.join()).not.toContain("s3cret");
  });

  test("are the only outcome, besides an agent, of a file with any content", async () => {
    const line = fc.oneof(
      fc.constantFrom(
        "---",
        "tools: [calculate]",
        "remote:",
        "  url: x",
        "- a",
        "a: &b",
        "c: *b",
        "? x",
        "%YAML 1.1",
        "...",
      ),
      fc.string({ unit: "binary", maxLength: 12 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
        const { agents, mistakes } = await readOne(`---\n${lines.join("\n")}`);
        expect(agents.length === 0).toBe(mistakes.length > 0);
      }),
    );
  });
});
