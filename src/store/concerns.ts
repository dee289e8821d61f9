import { approvalQueries } from "./approvals/approvals.ts";
import * as approvalTables from "./approvals/schema.ts";
import type { Database } from "./database.ts";
import { documentStore } from "./documents/document-store.ts";
import * as documentTables from "./documents/schema.ts";
import type { Vectors } from "./documents/vectors.ts";
import { fileQueries } from "./files/files.ts";
import * as fileTables from "./files/schema.ts";
import { hintQueries } from "./hints/hints.ts";
import { idempotencyQueries } from "./idempotency/idempotency.ts";
import * as idempotencyTables from "./idempotency/schema.ts";
import { imageQueries } from "./images/images.ts";
import { checkpointQueries } from "./log/checkpoints.ts";
import type { RunStore } from "./log/contract.ts";
import type { ThreadStore } from "./log/contract-threads.ts";
import { deleteThreadQuery } from "./log/delete-thread.ts";
import { eventQueries } from "./log/events.ts";
import { forkQuery } from "./log/forks.ts";
import { idleThreadsQuery } from "./log/idle-threads.ts";
import { leaseQueries } from "./log/leases.ts";
import { packingQueries } from "./log/pack.ts";
import { progressQuery } from "./log/progress.ts";
import { recentTurnsQuery } from "./log/recent-turns.ts";
import { replicaQueries } from "./log/replicas.ts";
import { runQueries } from "./log/runs.ts";
import * as logTables from "./log/schema.ts";
import * as replicaTables from "./log/schema-replicas.ts";
import * as stretchTables from "./log/schema-stretches.ts";
import { takeoverQueries } from "./log/takeover.ts";
import { threadQueries } from "./log/threads.ts";
import * as noteTables from "./notes/schema.ts";
import { tilQueries } from "./notes/tils.ts";
import * as secretTables from "./secrets/schema.ts";
import { secretQueries } from "./secrets/secrets.ts";
import * as ticketTables from "./tickets/schema.ts";
import { ticketQueries } from "./tickets/tickets.ts";
import * as usageTables from "./usage/schema.ts";
import { usageQueries } from "./usage/usage.ts";

/** What queries are built from. */
interface StoreParts {
  readonly database: Database;
  readonly vectors: Vectors;
}

interface Concern {
  /** The module that declares its tables. Null when another concern declares them. */
  readonly tables: object | null;
  /** Its queries, which implement its contract. */
  readonly open: (parts: StoreParts) => object;
}

/**
 * Everything that the store persists, one line per concern. The store's contract, its construction and the names that
 * statements are qualified by are derived from this list.
 */
export const concerns = {
  threads: { tables: logTables, open: ({ database }) => threadStore(database) },
  runs: { tables: null, open: ({ database }) => runStore(database) },
  events: { tables: null, open: ({ database }) => eventQueries(database) },
  approvals: { tables: approvalTables, open: ({ database }) => approvalQueries(database) },
  packing: { tables: stretchTables, open: ({ database }) => packingQueries(database) },
  replicas: { tables: replicaTables, open: ({ database }) => replicaQueries(database) },
  hints: { tables: null, open: ({ database }) => hintQueries(database) },
  files: { tables: fileTables, open: ({ database }) => fileQueries(database) },
  images: { tables: null, open: ({ database }) => imageQueries(database) },
  documents: { tables: documentTables, open: ({ database, vectors }) => documentStore(database, vectors) },
  tickets: { tables: ticketTables, open: ({ database }) => ticketQueries(database) },
  tils: { tables: noteTables, open: ({ database }) => tilQueries(database) },
  secrets: { tables: secretTables, open: ({ database }) => secretQueries(database) },
  idempotency: { tables: idempotencyTables, open: ({ database }) => idempotencyQueries(database) },
  usage: { tables: usageTables, open: ({ database }) => usageQueries(database) },
} satisfies Readonly<Record<string, Concern>>;

/** The contract of each, by its name. */
export type ConcernStores = {
  readonly [C in keyof typeof concerns]: ReturnType<(typeof concerns)[C]["open"]>;
};

const runStore = (database: Database): RunStore => ({
  ...runQueries(database),
  ...leaseQueries(database),
  ...progressQuery(database),
  ...takeoverQueries(database),
});

const threadStore = (database: Database): ThreadStore => ({
  ...threadQueries(database),
  ...recentTurnsQuery(database),
  ...checkpointQueries(database),
  ...deleteThreadQuery(database),
  ...idleThreadsQuery(database),
  fork: forkQuery(database),
});

/** Opens all of them over one database. */
export const openConcerns = (parts: StoreParts): ConcernStores =>
  // `fromEntries` loses the type of each name's value; each is under its own name.
  Object.fromEntries(Object.entries(concerns).map(([name, { open }]) => [name, open(parts)])) as ConcernStores;
