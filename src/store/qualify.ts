export const MIGRATIONS = "yeoul_migrations";
export const EMBEDDINGS = "chunk_embeddings";

interface Names {
  readonly tables: readonly string[];
  readonly types: readonly string[];
}

/**
 * What is to be passed over (literals, quoted names), or a table of ours right behind a keyword that names one, or a type of
 * ours in a cast. A name that is followed by a dot is the beginning of a column's: those are found by their table.
 */
const patternOf = ({ tables, types }: Names): RegExp =>
  new RegExp(
    [
      "'(?:[^']|'')*'",
      `(?<before>\\b(?:from|join|into|update|on|analyze|table(?:\\s+if(?:\\s+not)?\\s+exists)?)\\s+)(?<quote>"?)(?<table>${oneOf(tables)})\\k<quote>(?![\\w$".])`,
      `(?<cast>::\\s*)(?<type>${oneOf(types)})\\b`,
      '"(?:[^"]|"")*"',
    ].join("|"),
    "giu",
  );

const oneOf = (names: readonly string[]): string => `(?:${names.join("|")})`;

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The text of a statement with our names in it under `schema`. */
export type Qualify = (text: string, schema: string) => string;

/**
 * Qualifies these names. Nothing is asked of a session's `search_path`: pgbouncer in
 * transaction mode has none that lasts, and what an operator has put there, an extension's schema say, stays. So statements
 * name a table right behind `from`, `join`, `into`, `update`, `on`, `table` or `analyze`, never behind a comma, and call no
 * CTE like one. The suite of the stores is run with the tables outside of the search path: what is missed here fails there.
 */
export const qualifier = (names: Names): Qualify => {
  const ours = patternOf(names);
  return (text, schema) =>
    text.replace(ours, (all, ...found) => {
      const { before, table, cast, type } = found.at(-1) as Partial<Record<string, string>>;
      const name = table ?? type;
      return name === undefined ? all : `${before ?? cast}${quoted(schema)}.${quoted(name.toLowerCase())}`;
    });
};
