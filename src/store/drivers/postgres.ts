import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import type { System } from "../../domain/system.ts";
import type { Store } from "../contract.ts";
import { Database, type Driver, LANES, type Lane, type Session, sessionOf } from "../database.ts";
import { SEARCH_SETTINGS } from "../documents/vector-index.ts";
import type { HintListener } from "../hints/contract.ts";
import { OwnSchema } from "../migrations/own-schema.ts";
import { qualify } from "../names.ts";
import { storeOver } from "../store.ts";
import { withConnectRemedy } from "../trouble.ts";
import { Slots } from "./slots.ts";

/** Long enough for a database to fail over, short enough for a person who waits. */
const DEADLINE_MS = 5_000;
/**
 * Connections of the lanes that share none: each has as many as it has statements under way. `runs` has groups of
 * beginnings and groups of ends.
 */
const OWN_CONNECTIONS = { log: 1, runs: 2, lease: 1, replicas: 1 } as const;
/** All of them, and the one that listens. */
const OWN = Object.values<number>(OWN_CONNECTIONS).reduce((sum, count) => sum + count, 1);
/** One more for each lane that has no fixed number. */
const FEWEST_CONNECTIONS = OWN + 2;
const CONNECTIONS = 14;
/** The share of the remaining connections that is for work that may take long. */
const BULK_SHARE = 1 / 4;
/**
 * How soon a backend notices, during a statement, that its connection is gone. Statements are pipelined, so the backend
 * has already received more of them, and would execute statements whose callers have been notified of a failure.
 */
const LEFT_MS = 500;

/**
 * Appends and groups look runs up by their key, and replicas look logs up by theirs. On a connection that began while
 * the table had a hundred rows, their plan would read all of it for each of them, until it is analyzed again.
 */
const LOOK_UP_SETTINGS = { enable_seqscan: "off" };
const LOOK_UP_LANES: readonly Lane[] = ["log", "runs", "replicas"];

/**
 * Seconds between two attempts to connect for what replicas must not wait for. postgres.js itself waits up to 20 s
 * after an outage.
 */
const BACKOFF_S = 0.2;
const WITHOUT_WAITING: readonly Lane[] = ["lease", "replicas"];

/** Each statement costs a round trip, which takes longer than a hundred more rows when the machine is busy. */
const MAX_TOGETHER = 256;

export interface PostgresOptions {
  /** `postgres://…`. Behind pgbouncer in transaction mode add `?prepare=false` (or `?pgbouncer=true`). */
  readonly url: string;
  readonly system: System;
  /** The schema of our tables. When null or omitted: `public` where they already are, or else `yeoul`. */
  readonly schema?: string | null;
  /** The deadline of each call except `migrate`. Defaults to 5,000. */
  readonly deadlineMs?: number;
  /** Of all lanes together, at least 8. Defaults to 14. */
  readonly maxConnections?: number;
}

/** Connects with the first call, not before. */
export const postgresStore = ({ url, system, ...options }: PostgresOptions): Store => {
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  const pools = new Pools(
    url,
    new OwnSchema(options.schema ?? null, qualify),
    deadlineMs,
    options.maxConnections ?? CONNECTIONS,
  );
  const store = storeOver(new Database(pools, system, deadlineMs), system, { m: 16, efConstruction: 64 });
  const explain = (error: unknown): never => {
    throw withConnectRemedy(error);
  };
  // The first calls of a command, which its operator reads the errors of.
  return { ...store, migrate: () => store.migrate().catch(explain), check: () => store.check().catch(explain) };
};

/**
 * One pool at a time for each lane. After a restart of Postgres some queries of postgres.js 3.4.9 never settle, and a
 * pool that holds such a query is unusable: it is left to end by itself, and a new pool replaces it.
 */
class Pools implements Driver {
  /** Connections per lane. */
  readonly #sizes: Readonly<Record<Lane, number>>;
  readonly #pools: Record<Lane, Pool>;
  /** Ends what still listens. */
  readonly #stops = new Set<() => void>();

  constructor(
    private readonly url: string,
    private readonly schema: OwnSchema,
    private readonly deadlineMs: number,
    maxConnections: number,
  ) {
    const others = Math.max(FEWEST_CONNECTIONS, maxConnections) - OWN;
    const bulk = Math.max(1, Math.floor(others * BULK_SHARE));
    this.#sizes = { ...OWN_CONNECTIONS, bulk, calls: others - bulk };
    // `fromEntries` loses the names.
    this.#pools = Object.fromEntries(LANES.map((lane) => [lane, this.#open(lane)])) as Record<Lane, Pool>;
  }

  session(lane: Lane): Session {
    return this.#pools[lane].session;
  }

  readonly maxTogether = MAX_TOGETHER;
  readonly vacuums = true;

  /**
   * The pool sends a statement behind another when no connection is free, which saves short statements a round trip. A
   * long one would hold up those behind it while other connections become free.
   */
  enter<T>(lane: Lane, work: () => Promise<T>, isWanted: () => boolean): Promise<T> {
    return lane === "bulk" ? this.#pools.bulk.slots.enter(work, isWanted) : work();
  }

  abandon(session: Session): void {
    for (const lane of LANES) {
      const old = this.#pools[lane];
      if (session !== old.session) continue;
      this.#pools[lane] = this.#open(lane);
      end(old);
    }
  }

  /** postgres.js listens on a connection of its own, and begins again when that is lost. */
  listen(channel: string, { received, listening }: HintListener): () => void {
    const { url, prepare } = withoutPgbouncer(this.url);
    const sql = postgres(url, {
      fetch_types: false,
      connect_timeout: this.deadlineMs / 1000,
      backoff: () => BACKOFF_S,
      onnotice: () => {},
      connection: { application_name: "yeoul" },
      ...(!prepare && { prepare }),
    });
    let isOver = false;
    const stop = () => {
      if (isOver) return;
      isOver = true;
      this.#stops.delete(stop);
      end({ sql });
    };
    this.#stops.add(stop);
    const ifGoing =
      <A extends unknown[]>(call: (...args: A) => void) =>
      (...args: A) => {
        if (!isOver) call(...args);
      };
    // A refused attempt is repeated by postgres.js, unless the server refuses the statement, as a standby does.
    void sql.listen(channel, ifGoing(received), ifGoing(listening)).catch(() => {});
    return stop;
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    for (const lane of LANES) end(this.#pools[lane]);
  }

  #open(lane: Lane): Pool {
    const { url, prepare } = withoutPgbouncer(this.url);
    const sql = postgres(url, {
      max: this.#sizes[lane],
      // Only array parameters need it, and there are none: see columns.ts. Saves a query per connection.
      fetch_types: false,
      connect_timeout: this.deadlineMs / 1000,
      ...(WITHOUT_WAITING.includes(lane) && { backoff: () => BACKOFF_S }),
      onnotice: () => {},
      types: {
        json: { to: 114, from: [114], serialize: (text: string) => text, parse: (text: string) => text },
        bigint: { to: 20, from: [20], serialize: (value: number) => String(value), parse: Number },
      },
      connection: {
        application_name: "yeoul",
        // A statement that no caller waits for any more should not hold its locks. Pgbouncer refuses a connection that
        // sets these.
        ...(prepare && {
          statement_timeout: this.deadlineMs,
          client_connection_check_interval: LEFT_MS,
          idle_in_transaction_session_timeout: this.deadlineMs,
          ...SEARCH_SETTINGS,
          ...(LOOK_UP_LANES.includes(lane) && LOOK_UP_SETTINGS),
        }),
      },
      ...(!prepare && { prepare }),
    });
    return {
      sql,
      slots: new Slots(this.#sizes[lane]),
      session: sessionOf(
        drizzle(preparing(sql), { casing: "snake_case" }),
        this.schema,
        (result) => result as unknown[],
      ),
    };
  }
}

interface Pool {
  readonly sql: postgres.Sql<Parsed>;
  readonly slots: Slots;
  readonly session: Session;
}
type Parsed = { json: string; bigint: number };

/** Never awaited: with a query that does not settle, it would not settle either. */
const end = ({ sql, slots }: { readonly sql: Pick<postgres.Sql, "end">; readonly slots?: Slots }): void => {
  void sql.end({ timeout: 0 }).catch(() => {});
  slots?.open();
};

/**
 * Drizzle lets postgres.js prepare only named queries, and an unprepared query takes two round trips. All texts here
 * are constant, so all are prepared (and none where the URL turns it off: that switch takes precedence).
 */
const preparing = <S extends postgres.Sql<Parsed> | postgres.TransactionSql<Parsed>>(sql: S): S => {
  const { unsafe } = sql;
  sql.unsafe = (text, parameters, options) => unsafe(text, parameters, { ...options, prepare: true });
  if ("begin" in sql) {
    const { begin } = sql;
    const prepared = (work: (inner: postgres.TransactionSql<Parsed>) => unknown) =>
      begin((inner) => work(preparing(inner)));
    sql.begin = prepared as typeof begin;
  }
  return sql;
};

/** Prisma established `pgbouncer=true`; Postgres itself would refuse the parameter. */
const withoutPgbouncer = (text: string): { url: string; prepare: boolean } => {
  const url = new URL(text);
  const pgbouncer = url.searchParams.get("pgbouncer") === "true";
  const unprepared = url.searchParams.get("prepare") === "false";
  url.searchParams.delete("pgbouncer");
  url.searchParams.delete("prepare");
  return { url: url.href, prepare: !pgbouncer && !unprepared };
};
