import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Environment } from "../../src/config/environment.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { configOf, mistakesOf } from "../support/config.ts";

const names = Object.keys(Environment.properties);

describe("an empty environment", () => {
  test("gives the defaults", () => {
    expect(configOf({})).toEqual({
      host: "127.0.0.1",
      port: 8011,
      identity: {
        serviceTokens: [],
        userTokens: null,
        trustedHeader: null,
        accessTokenSecret: null,
        host: "127.0.0.1",
        allowedHosts: [],
      },
      ratePerUser: null,
      tokensPerUser: null,
      corsOrigins: [],
      compressStreams: false,
      database: { kind: "embedded", dataDir: "./data", fsync: true, schema: null },
      models: [{ provider: "builtin", model: "builtin" }],
      embedding: { provider: "builtin", model: "builtin" },
      providers: {},
      isProxied: false,
      runTimeoutMs: 300_000,
      approvalTimeoutMs: 86_400_000,
      chatTimeoutMs: 60_000,
      heartbeatMs: 10_000,
      drainTimeoutMs: 30_000,
      reconnectSpreadMs: 5_000,
      leaseTtlMs: 10_000,
      takesOver: true,
      maxAttempts: 3,
      eventRetentionMs: null,
      threadRetentionMs: null,
      maxRuns: 2000,
      maxRunsPerUser: 100,
      workerThreads: null,
      workers: 1,
      historyTokens: 8000,
      agentsDir: "./agents",
      locale: "en",
      logLevel: "info",
    });
  });

  test("equals one with empty and blank values", () => {
    const blank = Object.fromEntries(names.map((name, index) => [name, index % 2 ? "" : " \n"]));
    expect(configOf(blank)).toEqual(configOf({}));
  });
});

test.each(["HTTP_PROXY", "https_proxy"])("%s means that there is a proxy, unless it is empty", (name) => {
  expect(configOf({ [name]: "http://proxy.test:3128" }).isProxied).toBe(true);
  expect(configOf({ [name]: "" }).isProxied).toBe(false);
});

describe("a valid variable", () => {
  test.each([
    [
      "a duration in any unit",
      { RUN_TIMEOUT: "2h", HEARTBEAT_INTERVAL: "500ms" },
      { runTimeoutMs: 7_200_000, heartbeatMs: 500 },
    ],
    ["port 0", { PORT: "0" }, { port: 0 }],
    [
      "an embedding model",
      { EMBEDDING_MODEL: "compatible:BAAI/bge-m3", MODEL_BASE_URL: "http://127.0.0.1:1/v1" },
      { embedding: { provider: "compatible", model: "BAAI/bge-m3" } },
    ],
    [
      "Postgres",
      { DATABASE_URL: "postgres://u:p@h/d" },
      { database: { kind: "postgres", url: "postgres://u:p@h/d", schema: null, pool: 14 } },
    ],
    [
      "a socket's Postgres",
      { DATABASE_URL: "postgresql:///d" },
      { database: { kind: "postgres", url: "postgresql:///d", schema: null, pool: 14 } },
    ],
    [
      "a schema",
      { DATABASE_SCHEMA: "ai_2" },
      { database: { kind: "embedded", dataDir: "./data", fsync: true, schema: "ai_2" } },
    ],
    [
      "a data folder",
      { DATA_DIR: "/var/lib/yeoul" },
      { database: { kind: "embedded", dataDir: "/var/lib/yeoul", fsync: true, schema: null } },
    ],
    [
      "a secret from a file that ends in a newline",
      { AUTH_TOKEN: "s3cret\n" },
      { identity: { serviceTokens: ["s3cret"] } },
    ],
    [
      "origins, as browsers write them",
      { CORS_ORIGINS: "https://A.example:443, http://localhost:3000,capacitor://localhost,*" },
      { corsOrigins: ["https://a.example", "http://localhost:3000", "capacitor://localhost", "*"] },
    ],
    [
      "days",
      { EVENT_RETENTION: "30", THREAD_RETENTION: "off" },
      { eventRetentionMs: 30 * 24 * 60 * 60_000, threadRetentionMs: null },
    ],
  ])("is read: %s", (_, env, config) => {
    expect(configOf(env as unknown as Record<string, string>)).toMatchObject(config);
  });

  test("may list several models in order, with ids that contain a colon", () => {
    const env = {
      MODEL: "openai:gpt-5, compatible:qwen2.5:7b,builtin",
      OPENAI_API_KEY: "k",
      MODEL_BASE_URL: "http://h/v1",
    };
    expect(configOf(env).models).toEqual([
      { provider: "openai", model: "gpt-5" },
      { provider: "compatible", model: "qwen2.5:7b" },
      { provider: "builtin", model: "builtin" },
    ]);
  });
});

describe("an invalid variable", () => {
  test.each([
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "80.5"],
    ["PORT", "1e3"],
    ["PORT", "0x10"],
    ["HOST", "http://localhost"],
    ["RUN_TIMEOUT", "30"],
    ["RUN_TIMEOUT", "0s"],
    ["RUN_TIMEOUT", "25h"],
    ["DRAIN_TIMEOUT", "1.5s"],
    ["EVENT_RETENTION", "0"],
    ["EVENT_RETENTION", "1.5"],
    ["THREAD_RETENTION", "0"],
    ["THREAD_RETENTION", "30d"],
    ["THREAD_RETENTION", "36501"],
    ["DATABASE_URL", "mysql://h/d"],
    ["DATABASE_SCHEMA", "Product"],
    ["DATABASE_SCHEMA", 'a"b'],
    ["DATABASE_SCHEMA", "a.b"],
    ["DATABASE_SCHEMA", "9a"],
    ["DATABASE_SCHEMA", "pg_catalog"],
    ["DATABASE_SCHEMA", "information_schema"],
    ["DATABASE_SCHEMA", "x".repeat(64)],
    ["DATABASE_URL", "postgres://h:port/d"],
    ["DATABASE_URL", "postgres://u:12#34@h/d"],
    ["MODEL", "gpt-5"],
    ["MODEL", "openai:"],
    ["MODEL", "builtin:x"],
    ["MODEL", "acme:large"],
    ["MODEL_BASE_URL", "http://127.0.0.1:1/v1#fragment"],
    ["AWS_REGION", "eu/../west"],
    ["MODEL", "builtin,"],
    ["EMBEDDING_MODEL", "anthropic:x"],
    ["EMBEDDING_MODEL", "builtin,openai:x"],
    ["MODEL_BASE_URL", "localhost:11434"],
    ["CORS_ORIGINS", "https://example.com/"],
    ["CORS_ORIGINS", "example.com"],
    ["CORS_ORIGINS", "https://user@example.com"],
    ["AUTH", "off"],
    ["AUTH_TOKEN", "two words"],
    ["AUTH_TOKEN", "one,"],
    ["JWKS_URL", "keys.example"],
    ["TRUST_USER_HEADER", "x user"],
    ["ALLOWED_HOSTS", "https://app.example"],
    ["ALLOWED_HOSTS", "app.example:8011"],
    ["ALLOWED_HOSTS", "a,,b"],
    ["RATE_LIMIT_PER_USER", "60"],
    ["RATE_LIMIT_PER_USER", "0/m"],
    ["TOKENS_PER_USER", "1/w"],
    ["MAX_RUNS", "0"],
    ["LOCALE", "fr"],
    ["LOG_LEVEL", "verbose"],
  ])("is named with what is allowed: %s=%s", (name, value) => {
    const mistakes = mistakesOf({ [name]: value });
    expect(Object.keys(mistakes)).toEqual([name]);
    expect(mistakes[name]).toStartWith("must be ");
  });

  test.each([
    ["openai:x,foo", 'entry 2 of 2 is not: "foo"'],
    ["gpt-5", 'entry 1 of 1 is not: "gpt-5"'],
    [`nobody:${"x".repeat(300)}`, `is not: "nobody:${"x".repeat(53)}"`],
    ["builtin,", "entry 2 of 2 is empty"],
  ])("a list of models names its first wrong entry: %s", (MODEL, words) => {
    expect(mistakesOf({ MODEL, OPENAI_API_KEY: "k" }).MODEL).toEndWith(`; ${words.replace(/^is/, "entry 1 of 1 is")}`);
  });

  test("a list of models does not show what may be a key", () => {
    expect(mistakesOf({ MODEL: "sk-proj-0123456789abcdef0123456789" }).MODEL).not.toContain("sk-proj");
  });

  test("a list of models is still checked for what its valid entries require", () => {
    expect(Object.keys(mistakesOf({ MODEL: "openai:x,foo" })).sort()).toEqual(["MODEL", "OPENAI_API_KEY"]);
  });

  test("words are listed as a sentence would", () => {
    expect(mistakesOf({ LOCALE: "fr", LOG_LEVEL: "loud" })).toEqual({
      LOCALE: "must be en or ko",
      LOG_LEVEL: "must be fatal, error, warn, info, debug, trace or silent",
    });
  });

  test("does not hide others: all are reported at once, including conflicts between variables", () => {
    const env = { PORT: "x", LOCALE: "fr", MODEL: "openai:a,anthropic:b,google:c,compatible:d", HOST: "0.0.0.0" };
    expect(Object.keys(mistakesOf(env)).sort()).toEqual(
      [
        "PORT",
        "LOCALE",
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "GOOGLE_GENERATIVE_AI_API_KEY",
        "MODEL_BASE_URL",
        "AUTH_TOKEN",
      ].sort(),
    );
  });

  test("is reported once, even when a model needs it", () => {
    const result = readConfig({ MODEL: "openai:a,openai:b", OPENAI_API_KEY: "two words" });
    expect(result.ok ? [] : result.mistakes.map(({ name }) => name)).toEqual(["OPENAI_API_KEY"]);
  });
});

describe("a service without authentication", () => {
  test.each(["0.0.0.0", "::", "example.com", "127.evil.example", "10.0.0.1"])("is refused on %s", (HOST) => {
    expect(Object.keys(mistakesOf({ HOST }))).toEqual(["AUTH_TOKEN"]);
    expect(configOf({ HOST, AUTH_TOKEN: "s" }).identity.serviceTokens).toEqual(["s"]);
    expect(configOf({ HOST, AUTH: "none" }).identity.serviceTokens).toEqual([]);
  });

  test.each(["127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "::1"])("is accepted on %s", (HOST) => {
    expect(configOf({ HOST }).host).toBe(HOST);
  });

  test("requires the token if one is set, whatever AUTH says", () => {
    expect(configOf({ HOST: "0.0.0.0", AUTH: "none", AUTH_TOKEN: "s" }).identity.serviceTokens).toEqual(["s"]);
  });
});

describe("any environment", () => {
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "1",
      "0",
      "5m",
      "builtin",
      "openai:a",
      "compatible:b",
      "*",
      "none",
      "::",
      "https://h",
      "postgres://h/d",
      "en",
    ),
  );
  const environment = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), value);

  test("gives a deeply frozen config, or mistakes that each name a variable", () => {
    fc.assert(
      fc.property(environment, (env) => {
        const result = readConfig(env);
        if (result.ok) return isDeeplyFrozen(result.config);
        const named = result.mistakes.map(({ name }) => name);
        return named.length > 0 && new Set(named).size === named.length && named.every((name) => names.includes(name));
      }),
    );
  });

  test("never shows a value in its mistakes", () => {
    // A control character makes it invalid for every variable except the folders.
    const secret = fc.string({ unit: "grapheme-ascii" }).map((text) => `s3c\u0001ret${text}!`);
    const others = names.filter((name) => !name.endsWith("_DIR"));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...others), secret, { minKeys: 1 }), (env) => {
        const result = readConfig(env);
        return !result.ok && result.mistakes.every(({ message }) => !message.includes("s3c"));
      }),
    );
  });
});

const isDeeplyFrozen = (value: unknown): boolean =>
  value === null || typeof value !== "object" || (Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen));
