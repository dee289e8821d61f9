import { reasonOf, sqlState } from "./failure.ts";
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
  [/CERT|^UNABLE_TO_|^ERR_(TLS|SSL)/, "the database cannot be reached: TLS to it fails"],
  [/^(08|CONNECTION_|E[A-Z]+$|ERR_SOCKET|FailedToOpenSocket)/, "the database cannot be reached"],
];

const NOT_POSTGRES = "check that DATABASE_URL names a Postgres server, and not a port of another kind";

/** Why the store failed, in words that are safe to show anybody: no SQL, no address, no secret. */
export const storeFailureText = (error: unknown): string => {
  for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
    if (cause instanceof DiagnosedStoreError) return cause.words;
    const state = sqlState(cause);
    const known = state === undefined ? undefined : TROUBLES.find(([pattern]) => pattern.test(state));
    if (known !== undefined) return known[1];
    if (state !== undefined && /^[0-9A-Z]{5}$/.test(state)) return `the database reported an error (SQLSTATE ${state})`;
  }
  return error instanceof StoreError && error.code === "unavailable"
    ? "the database does not answer"
    : "the database cannot be used";
};

/** What an operator can do about a failure to connect, by the same codes. The first match counts. */
const REMEDIES: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^28/, "check the user and the password in DATABASE_URL (if the server requires TLS, add ?sslmode=require)"],
  [/^3D000$/, "create it, or check the name at the end of DATABASE_URL"],
  [/^ECONNREFUSED$/, "check the host and the port in DATABASE_URL, and that Postgres is running"],
  [/^(ENOTFOUND|EAI_)/, "check the host in DATABASE_URL"],
  [/^(CONNECT_TIMEOUT|ETIMEDOUT|EHOST|ENET)/, "check the host and the port in DATABASE_URL, and firewalls on the way"],
  [/CERT|^UNABLE_TO_|^ERR_(TLS|SSL)/, "check sslmode in DATABASE_URL, and the server's certificate"],
  [/^(08|CONNECTION_|E[A-Z]+$|ERR_SOCKET|FailedToOpenSocket)/, NOT_POSTGRES],
];

/**
 * Completes the failure of a first call, for the operator: the trouble, the database's own words and the remedy.
 * Returns any other failure as it is.
 */
export const withConnectRemedy = (error: unknown): unknown => {
  if (!(error instanceof StoreError) || error instanceof DiagnosedStoreError) return error;
  let cause: unknown = error;
  while (cause instanceof StoreError && cause.cause !== undefined) cause = cause.cause;
  const state = sqlState(cause);
  const isSilent = cause instanceof StoreError && cause.code === "unavailable";
  const remedy = isSilent
    ? NOT_POSTGRES
    : REMEDIES.find(([pattern]) => state !== undefined && pattern.test(state))?.[1];
  if (remedy === undefined) return error;
  const reason = reasonOf(cause);
  // The name of the call that failed comes first.
  const call = error.message.slice(0, error.message.indexOf(":"));
  return new StoreError(error.code, `${call}: ${storeFailureText(cause)} (${reason}): ${remedy}`, {
    cause,
    isUntried: error.isUntried,
  });
};

/** A failure whose cause has been diagnosed. */
export class DiagnosedStoreError extends StoreError {
  constructor(
    readonly words: string,
    options: { readonly cause: unknown },
  ) {
    super("unavailable", words, options);
  }
}
