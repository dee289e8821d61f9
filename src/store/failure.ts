import { DrizzleQueryError } from "drizzle-orm";
import { StoreError } from "./store-error.ts";

/**
 * SQLSTATE classes and codes that may pass: connection, out of resources, operator intervention (a restart, a statement
 * timeout), deadlock or serialization, a standby that is about to be promoted, a transaction that a busy process left idle
 * for too long, a lock not acquired in time.
 * https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const PASSING_STATES = /^(08|53|57|40|25006|25P0[34]|55P03)/;
/** The codes that postgres.js and the socket below it give a failed connection. */
const CONNECTION_FAILURES =
  /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|EPIPE|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|ERR_SOCKET|FailedToOpenSocket)/;

/** Those states that concern the connection, and not the statement on it. */
const LOST_STATES = /^(08|57P0|25006|25P0[34])/;
/**
 * There was never a connection, or the server has refused the statement. A refusal is a SQLSTATE (five characters; none
 * of its classes begins with E, as a socket's EPIPE does), except one for a connection that ends meanwhile. The
 * unreachable-host errors are not included: connections that have carried statements report them too (tcp(7)).
 */
const UNTRIED =
  /^(CONNECT_TIMEOUT|CONNECTION_ENDED|ECONNREFUSED|ENOTFOUND|EAI_.*|FailedToOpenSocket|57014|(?!08|57|E)[0-9A-Z]{5})$/;

const isUntried = (state: string): boolean => UNTRIED.test(state);

/** Undefined when the error is not the database's. */
export const sqlState = (error: unknown): string | undefined => {
  const { code } = (inner(error) ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : undefined;
};

/**
 * Converts any error of a call to a StoreError. Drizzle's own message is dropped: it contains the statement and its
 * parameters, and so what people wrote.
 */
export const storeError = (call: string, error: unknown): StoreError => {
  const cause = inner(error);
  const reason = reasonOf(error);
  if (cause instanceof StoreError) {
    return new StoreError(cause.code, `${call}: ${reason}`, { cause, isUntried: cause.isUntried });
  }
  const state = sqlState(cause);
  return new StoreError(mayPass(state) ? "unavailable" : "failed", `${call}: ${reason}`, {
    cause,
    isUntried: state !== undefined && isUntried(state),
  });
};

/** In the database's own words. */
export const reasonOf = (error: unknown): string => {
  const cause = inner(error);
  return cause instanceof Error ? cause.message || cause.name : String(cause);
};

/** The code that the database, or the connection to it, gave a failed call: a SQLSTATE, or such as `ECONNREFUSED`. */
export const stateBehind = (error: StoreError): string | undefined => {
  let cause: unknown = error;
  while (cause instanceof StoreError) cause = cause.cause;
  return sqlState(cause);
};

/**
 * Whether the connection was lost or could not be opened, or the server does not accept writes at the moment: on
 * another connection the same call may succeed at once.
 */
export const isConnectionLoss = (error: StoreError): boolean => {
  const state = stateBehind(error);
  return state !== undefined && (CONNECTION_FAILURES.test(state) || LOST_STATES.test(state));
};

const inner = (error: unknown): unknown => (error instanceof DrizzleQueryError ? error.cause : error);

const mayPass = (code: string | undefined): boolean =>
  code !== undefined && (PASSING_STATES.test(code) || CONNECTION_FAILURES.test(code));
