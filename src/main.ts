import { hostname } from "node:os";
import { version } from "../package.json";
import { helpText, parseCli } from "./cli.ts";
import { type Config, readConfig, secretsOf } from "./config/read-config.ts";
import { mistakeText } from "./domain/file-mistake.ts";
import { describeAccess } from "./domain/identity.ts";
import { Redactor } from "./domain/redact.ts";
import { realSystem } from "./domain/system.ts";
import type { ReadAgents } from "./own-agents.ts";
import type { WorkerMessage } from "./processes/spawn-worker.ts";
import { barLine, type Progress, wordsLine } from "./reindex-progress.ts";
import { RUNTIME_SETTINGS } from "./runtime-settings.ts";
import { inTwoSteps, onSignals, type Reactions } from "./signals.ts";

// The commands below import the service: it takes longer to load than everything that is decided before.

/** Bad arguments or configuration; the code that most commands use. */
const EXIT_USAGE = 2;
const EXIT_FAILED = 1;
/** The code that shells report for a command ended by SIGINT. */
const EXIT_INTERRUPTED = 130;
/** The variable that tells a worker its number. */
const WORKER = "YEOUL_WORKER";

const printLine = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`yeoul: ${line}\n`);

/** The message of a model's failure is for users. Operators need its remedy as well. */
const withRemedy = (error: Error): string =>
  "remedy" in error && typeof error.remedy === "string" ? `${error.message} ${error.remedy}` : error.message;

/** Replaces the process (execve): its parent notices nothing. Where that is not possible, it goes on without them. */
const applyRuntimeSettings = (): void => {
  const { env, execPath } = process;
  if (Object.keys(RUNTIME_SETTINGS).every((name) => env[name] !== undefined)) return;
  process.execve?.(execPath, [execPath, ...ownArguments()], { ...RUNTIME_SETTINGS, ...env });
};

/** What this process was started with, behind the path of its program. */
const ownArguments = (): readonly string[] => {
  const { argv, execArgv } = process;
  const isExecutable = import.meta.url.includes("$bunfs");
  return isExecutable ? argv.slice(2) : [...execArgv, ...argv.slice(1)];
};

const main = async (): Promise<number | "serving"> => {
  const cli = parseCli(process.argv.slice(2));
  if ("error" in cli) {
    complain(cli.error);
    return EXIT_USAGE;
  }
  if (cli.command === "help" || cli.command === "version") {
    printLine(cli.command === "help" ? helpText() : version);
    return 0;
  }
  if (cli.command === "licenses") {
    const { thirdPartyNotices } = await import("./notices.ts");
    // A pipe takes 64 KiB at once, and the process must not end before all is read. If the reader stops, that is not an
    // error.
    await Bun.write(Bun.stdout, await thirdPartyNotices()).catch(() => {});
    return 0;
  }
  const read = readConfig({ ...process.env, ...(cli.workers !== undefined && { WORKERS: cli.workers }) });
  if (!read.ok) {
    for (const { name, message } of read.mistakes) complain(`${name} ${message}`);
    return EXIT_USAGE;
  }
  try {
    if (cli.command === "init") return await init(read.config, cli.dir ?? read.config.agentsDir);
    if (cli.command === "migrate") return await migrate(read.config);
    if (cli.command === "reindex") return await reindex(read.config);
    if (cli.command === "check") return await checkAll(read.config);
    return await run(read.config);
  } catch (error) {
    complain(error instanceof Error ? withRemedy(error) : "failed to start");
    return EXIT_FAILED;
  }
};

/** Says what was written, and how to try it. */
const init = async ({ agentsDir, port }: Config, dir: string): Promise<number> => {
  const { writeStarter } = await import("./agents/starter/starter.ts");
  const { written, existing } = await writeStarter(dir);
  for (const path of written) printLine(`wrote ${path}`);
  for (const path of existing) printLine(`left ${path} as it is: it exists`);
  const start = dir === agentsDir ? "yeoul" : `AGENTS_DIR=${dir} yeoul`;
  const body = JSON.stringify({ agent: "assistant", input: { message: "3x = 12" }, user_id: "me" });
  printLine(`\nRun \`${start}\`, and ask in another terminal:\n`);
  printLine(`  curl -N localhost:${port}/api/v1/runs -H 'content-type: application/json' -d '${body}'`);
  return 0;
};

const migrate = async (config: Config): Promise<number> => {
  const { openStore } = await import("./open-store.ts");
  const store = await openStore(config, realSystem);
  const applied = await store.migrate();
  printLine(applied === 0 ? "the database is up to date" : `applied ${applied} migration${applied === 1 ? "" : "s"}`);
  await store.close();
  return 0;
};

/** Milliseconds between progress lines when there is no terminal for a bar. */
const REPORT_MS = 5_000;

/** After an interruption the work that is done stays, and the next reindexing goes on from there. */
const reindex = async (config: Config): Promise<number> => {
  const { openEmbedding } = await import("./app.ts");
  const { openStore } = await import("./open-store.ts");
  const { serviceLogger, openLogger } = await import("./logger.ts");
  const { reindex: embedAnew, renewWords } = await import("./retrieval/reindex.ts");
  const store = await openStore(config, realSystem);
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  process.once("SIGTERM", () => interrupted.abort());
  const { stderr } = process;
  const begun = realSystem.now();
  let reported = begun;
  const report = (progress: Progress): void => {
    const now = realSystem.now();
    if (stderr.isTTY) stderr.write(`\r\x1b[K${barLine(progress, now - begun)}`);
    else if (now - reported >= REPORT_MS) complain(wordsLine(progress, now - begun));
    else return;
    reported = now;
  };
  const endBar = (): void => {
    if (stderr.isTTY && reported !== begun) stderr.write("\n");
  };
  try {
    await store.migrate();
    const embedding = await openEmbedding(
      config,
      realSystem,
      serviceLogger(openLogger(config.logLevel, secretsOf(config))),
    );
    const { documents } = store;
    const renewed = await renewWords(documents, interrupted.signal);
    if (renewed > 0) printLine(`rebuilt the search terms of ${renewed} ${renewed === 1 ? "chunk" : "chunks"}`);
    const { vectors, reason } = await documents.capabilities();
    if (!vectors) throw new Error(reason ?? "the database does not support vectors");
    const done = await embedAnew({ documents, embedding }, report, interrupted.signal);
    endBar();
    printLine(
      done === 0
        ? `all chunks have vectors of ${embedding.id}`
        : `embedded ${done} ${done === 1 ? "chunk" : "chunks"} with ${embedding.id}`,
    );
    return 0;
  } catch (error) {
    endBar();
    if (!interrupted.signal.aborted) throw error;
    complain("interrupted; completed work is stored, run the command again to continue");
    return EXIT_INTERRUPTED;
  } finally {
    await store.close();
  }
};

/** Reads the operator's own agents. Their secrets go to the redactor. */
const readOwnAgents = async (config: Config, redactor: Redactor): Promise<ReadAgents> => {
  const { toolNames } = await import("./app.ts");
  const { openOwnAgents } = await import("./own-agents.ts");
  const source = openOwnAgents({
    config,
    variables: process.env,
    toolNames: toolNames(),
    system: realSystem,
    onSecrets: (secrets) => redactor.add(secrets),
  });
  return { ...source, loaded: await source.load() };
};

const checkAll = async (config: Config): Promise<number> => {
  const { check } = await import("./check.ts");
  const { serviceLogger, openLogger } = await import("./logger.ts");
  const redactor = new Redactor(secretsOf(config));
  const log = serviceLogger(openLogger(config.logLevel, redactor));
  const { loaded } = await readOwnAgents(config, redactor);
  const failed = await check(config, loaded, log, printLine);
  if (loaded.mistakes.length > 0) return EXIT_USAGE;
  return failed === 0 ? 0 : EXIT_FAILED;
};

const run = (config: Config): Promise<"serving" | number> => {
  const worker = process.env[WORKER];
  if (worker !== undefined && process.send !== undefined) return serveAs(Number(worker), config);
  const count = config.workers === "auto" ? navigator.hardwareConcurrency : config.workers;
  return count === 1 ? serveAs(null, config) : supervise(count, config);
};

/** Has so many processes of this program serve on one port. */
const supervise = async (count: number, config: Config): Promise<"serving" | number> => {
  if (process.platform !== "linux") {
    complain("WORKERS must be 1, because this system does not spread connections over processes that share a port");
    return EXIT_USAGE;
  }
  const [{ openSupervisor }, { serviceLogger, openLogger }] = await Promise.all([
    import("./processes/open.ts"),
    import("./logger.ts"),
  ]);
  const supervisor = openSupervisor({
    ...{ count, host: config.host, port: config.port, system: realSystem },
    command: [process.execPath, ...ownArguments()],
    envOf: (worker, port) => ({ ...process.env, PORT: String(port), [WORKER]: String(worker) }),
    logger: serviceLogger(openLogger(config.logLevel, secretsOf(config))).processes,
  });
  const end = () => void supervisor.stop().then((code) => process.exit(code));
  const endAtOnce = () => {
    supervisor.kill();
    process.exit(EXIT_FAILED);
  };
  onSignals({ stop: inTwoSteps(end, endAtOnce), reload: () => supervisor.reload() });
  const started = await supervisor.start();
  if (typeof started === "number") return started;
  printLine(`yeoul listening on ${started}`);
  return "serving";
};

/** Serves in this process. `worker`: its number among several that share the port; null when it is the only one. */
const serveAs = async (worker: number | null, config: Config): Promise<"serving" | number> => {
  // A worker without the process that started it would serve beside the next that is started.
  if (worker !== null) process.on("disconnect", () => process.exit(EXIT_FAILED));
  // What this process starts is none.
  delete process.env[WORKER];
  // Before it serves there is nothing to drain. A signal during the start may come after its files were read.
  let isReloadDue = false;
  const reactions: Reactions = {
    stop: () => process.exit(0),
    reload: () => {
      isReloadDue = true;
    },
  };
  onSignals(reactions);
  const { openEmbedding, openModels, serve } = await import("./app.ts");
  const { openStore } = await import("./open-store.ts");
  const { serviceLogger, openLogger } = await import("./logger.ts");
  const redactor = new Redactor(secretsOf(config));
  const lines = openLogger(config.logLevel, redactor);
  const log = serviceLogger(worker === null ? lines : lines.child({ worker }));
  // An agent of the operator's own may leave a promise alone, or throw in a timer. All other runs go on.
  for (const event of ["unhandledRejection", "uncaughtException"] as const) process.on(event, log.uncaught);
  const ownAgents = await readOwnAgents(config, redactor);
  const { mistakes, remarks } = ownAgents.loaded;
  for (const mistake of mistakes) complain(mistakeText(mistake));
  if (mistakes.length > 0) return EXIT_USAGE;
  if (remarks.length > 0) log.agentFiles.remarked(remarks.map(mistakeText));
  const store = await openStore(config, realSystem);
  await store.migrate();
  const models = await openModels(config, realSystem, log);
  const service = await serve({
    config,
    store,
    models,
    embedding: await openEmbedding(config, realSystem, log),
    system: realSystem,
    logger: log,
    replica: { id: realSystem.id(), name: `${hostname()}/${process.pid}` },
    // An embedded database has one process at a time.
    isAlone: config.database.kind === "embedded",
    sharesPort: worker !== null,
    ownAgents,
  });
  reactions.reload = () => void service.reload();
  if (isReloadDue) reactions.reload();
  const drain = () => {
    log.draining(service.running);
    void service
      .drain()
      .then(() => store.close())
      .then(() => {
        log.stopped();
        process.exit(0);
      });
  };
  reactions.stop = inTwoSteps(drain, () => process.exit(EXIT_FAILED));
  log.serving({
    version,
    database: config.database.kind,
    model: models.standard.id,
    may_ask: describeAccess(config.identity),
  });
  // This line is last: its reader may send a signal next.
  if (worker === null) printLine(`yeoul listening on ${service.url}`);
  else process.send?.({ serving: service.url } satisfies WorkerMessage);
  return "serving";
};

applyRuntimeSettings();
void main().then((code) => {
  if (code !== "serving") process.exit(code);
});
