import { is } from "drizzle-orm";
import { getTableConfig, isPgEnum, PgTable } from "drizzle-orm/pg-core";
import * as documents from "./documents/schema.ts";
import * as writes from "./health/schema.ts";
import * as base from "./log/schema.ts";
import * as replicas from "./log/schema-replicas.ts";
import * as tils from "./notes/schema.ts";
import * as secrets from "./secrets/schema.ts";
import * as tickets from "./tickets/schema.ts";
import * as usage from "./usage/schema.ts";

export const MIGRATIONS = "yeoul_migrations";
export const EMBEDDINGS = "chunk_embeddings";

const declared = [base, documents, replicas, secrets, tickets, tils, usage, writes].flatMap((module): unknown[] =>
  Object.values(module),
);
const TABLES = [
  ...declared.flatMap((value) => (is(value, PgTable) ? [getTableConfig(value).name] : [])),
  MIGRATIONS,
  EMBEDDINGS,
];
const TYPES = declared.flatMap((value) => (isPgEnum(value) ? [value.enumName] : []));

/**
 * What is to be passed over (literals, quoted names), or a table of ours right behind a keyword that names one, or a type of
 * ours in a cast. A name that is followed by a dot is the beginning of a column's: those are found by their table.
 */
const OURS = new RegExp(
  [
    "'(?:[^']|'')*'",
    `(?<before>\\b(?:from|join|into|update|on|analyze|table(?:\\s+if(?:\\s+not)?\\s+exists)?)\\s+)(?<quote>"?)(?<table>${oneOf(TABLES)})\\k<quote>(?![\\w$".])`,
    `(?<cast>::\\s*)(?<type>${oneOf(TYPES)})\\b`,
    '"(?:[^"]|"")*"',
  ].join("|"),
  "giu",
);

function oneOf(names: readonly string[]): string {
  return `(?:${names.join("|")})`;
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * The text of a statement with our tables' names under `schema`. Nothing is asked of a session's `search_path`: pgbouncer in
 * transaction mode has none that lasts, and what an operator has put there, an extension's schema say, stays. So statements
 * name a table right behind `from`, `join`, `into`, `update`, `on`, `table` or `analyze`, never behind a comma, and call no
 * CTE like one. The suite of the stores is run with the tables outside of the search path: what is missed here fails there.
 */
export const qualify = (text: string, schema: string): string =>
  text.replace(OURS, (all, ...found) => {
    const { before, table, cast, type } = found.at(-1) as Partial<Record<string, string>>;
    const name = table ?? type;
    return name === undefined ? all : `${before ?? cast}${quoted(schema)}.${quoted(name.toLowerCase())}`;
  });
