import { describe, expect, test } from "bun:test";
import { mistakeText } from "../../../src/domain/file-mistake.ts";
import { readMcpFile } from "../../../src/tools/mcp/read-mcp-file.ts";

const read = (source: string, variables: Record<string, string> = {}) =>
  readMcpFile(source, "/etc/agents/mcp.json", variables);
const mistakesIn = (source: string) => read(source).mistakes.map(mistakeText);

test("a program and a server are read in the form of desktop clients, with the environment's values", () => {
  const { servers, mistakes, secrets } = read(
    `{"mcpServers": {
      "orders": {"command": "node", "args": ["server.mjs"], "env": {"KEY": "\${ORDERS_KEY}"}, "timeout": "5s"},
      "wiki": {"url": "https://wiki.example/mcp", "headers": {"authorization": "Bearer \${WIKI_TOKEN}"}, "timeout": 1500}
    }}`,
    { ORDERS_KEY: "k1", WIKI_TOKEN: "t1" },
  );
  expect(mistakes).toEqual([]);
  expect(servers).toEqual([
    {
      kind: "stdio",
      name: "orders",
      command: "node",
      args: ["server.mjs"],
      env: { KEY: "k1" },
      cwd: "/etc/agents",
      timeoutMs: 5_000,
    },
    {
      kind: "http",
      name: "wiki",
      url: "https://wiki.example/mcp",
      headers: { authorization: "Bearer t1" },
      timeoutMs: 1_500,
    },
  ]);
  expect(secrets).toEqual(["k1", "Bearer t1"]);
});

test("a relative folder is that of the file, and a call may take 60 s by default", () => {
  const { servers } = read('{"mcpServers": {"a": {"command": "x", "cwd": "../tools"}}}');
  expect(servers).toEqual([
    { kind: "stdio", name: "a", command: "x", args: [], env: {}, cwd: "/etc/tools", timeoutMs: 60_000 },
  ]);
});

test("an empty file of servers has none", () => {
  expect(read("{}")).toEqual({ names: [], servers: [], mistakes: [], secrets: [] });
  expect(read('{"mcpServers": {}}').servers).toEqual([]);
});

describe("every mistake is reported with its line, field and remedy", () => {
  test.each([
    ["[]", "/etc/agents/mcp.json:1: must be a JSON object"],
    ['{\n"mcpServers": {"a": }}', "/etc/agents/mcp.json:2: is no JSON"],
    ["mcpServers:\n  a:\n    command: x", "/etc/agents/mcp.json:1: is no JSON"],
    ['{"servers": {}}', "/etc/agents/mcp.json:1: servers is not known"],
    ['{"mcpServers": 7}', "mcpServers must be an object of servers by name"],
    ['{"mcpServers": {\n"a b": {"command": "x"}}}', "/etc/agents/mcp.json:2: mcpServers.a b must be named by letters"],
    ['{"mcpServers": {"a": {}}}', "mcpServers.a must have either a command (a program to start) or a url"],
    ['{"mcpServers": {"a": {"command": "x", "url": "http://x"}}}', "mcpServers.a must have either"],
    ['{"mcpServers": {"a": {"command": "x", "headers": {}}}}', "mcpServers.a.headers belongs to a server with a url"],
    ['{"mcpServers": {"a": {"url": "http://x", "env": {}}}}', "mcpServers.a.env belongs to a server with a command"],
    ['{"mcpServers": {"a": {"url": "http://x#y"}}}', "mcpServers.a.url must be an http(s) URL without a fragment"],
    [
      '{"mcpServers": {"a": {"command": "x",\n"args": "y"}}}',
      "/etc/agents/mcp.json:2: mcpServers.a.args must be a list",
    ],
    ['{"mcpServers": {"a": {"command": "x", "timeout": 60}}}', "mcpServers.a.timeout must be a duration such as 30s"],
    [
      '{"mcpServers": {"a": {"command": "x", "timeOut": "5s"}}}',
      "mcpServers.a.timeOut is not known; there are command",
    ],
    [
      '{"mcpServers": {"a": {"command": "${NO_SUCH}"}}}',
      "mcpServers.a.command refers to the environment variable NO_SUCH",
    ],
  ])("%s", (source, mistake) => {
    expect(mistakesIn(source).join("\n")).toContain(mistake);
  });

  test("all of them at once, and none shows a value", () => {
    const source = '{"mcpServers": {"a": {"command": ""}, "b": {"url": "hunter2"}, "c": null}}';
    expect(mistakesIn(source)).toHaveLength(3);
    expect(mistakesIn(source).join()).not.toContain("hunter2");
  });
});
