import { sqlState } from "./failure.ts";
import { StoreError } from "./store-error.ts";

/**
 * Matched by SQLSTATE (https://www.postgresql.org/docs/18/errcodes-appendix.html), or by the codes of postgres.js and
 * the socket below it. The first match counts.
 */
const TROUBLES: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^53100$/, "the database's disk is full"],
  [/^53200$/, "the database is out of memory"],
  [/^53300$/, "the database has too many connections"],
  [/^53/, "the database is out of resources"],
  [/^25006$/, "the database is read-only"],
  [/^57P0[123]$/, "the database is starting or stopping"],
  [/^(57014|55P03)$/, "the database did not write in time: it is overloaded, or another session holds a lock"],
  [/^(40|55)/, "the database is busy: another session is writing the same rows"],
  [/^28/, "the database rejected the role or its password"],
  [/^3D000$/, "the database does not exist"],
  [/^42501$/, "the role may not write to the tables"],
  [/^42P01$/, "a table is missing: run yeoul migrate"],
  [/^54/, "the database has reached a limit and accepts no writes until an operator intervenes"],
  [/^58/, "the database cannot read or write its files"],
  [/^XX00[12]$/, "the database found its files corrupted"],
  [/^ECONNREFUSED$/, "the database cannot be reached: no server is listening at its address"],
  [/^(ENOTFOUND|EAI_)/, "the database cannot be reached: its host name cannot be resolved"],
  [/^(CONNECT_TIMEOUT|ETIMEDOUT)$/, "the database cannot be reached: its host does not answer"],
  [/^(08|CONNECTION_|E[A-Z]+$|ERR_SOCKET|FailedToOpenSocket)/, "the database cannot be reached"],
];

/** Why the store failed, in words that are safe to show anybody: no SQL, no address, no secret. */
export const troubleOf = (error: unknown): string => {
  for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
    if (cause instanceof KnownTrouble) return cause.words;
    const state = sqlState(cause);
    const known = state === undefined ? undefined : TROUBLES.find(([pattern]) => pattern.test(state));
    if (known !== undefined) return known[1];
    if (state !== undefined && /^[0-9A-Z]{5}$/.test(state)) return `the database reported an error (SQLSTATE ${state})`;
  }
  return error instanceof StoreError && error.code === "unavailable"
    ? "the database does not answer"
    : "the database cannot be used";
};

/** A failure whose cause has been diagnosed. */
export class KnownTrouble extends StoreError {
  constructor(
    readonly words: string,
    options: { readonly cause: unknown },
  ) {
    super("unavailable", words, options);
  }
}
