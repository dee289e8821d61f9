export const MIGRATIONS = "yeoul_migrations";
export const EMBEDDINGS = "chunk_embeddings";

interface Names {
  readonly tables: readonly string[];
  readonly types: readonly string[];
}

/**
 * Matches what must be skipped (literals, quoted names), a table of ours right behind a keyword that introduces one, or
 * a type of ours in a cast. A name followed by a dot begins a column's name and is not matched: columns resolve by
 * their table.
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

/** Returns the text of a statement with our names qualified by `schema`. */
export type Qualify = (text: string, schema: string) => string;

/**
 * Qualifies these names. It does not rely on a session's `search_path`: pgbouncer in transaction mode has none that
 * lasts, and an operator's setting, such as an extension's schema, must stay. So statements name a table right behind
 * `from`, `join`, `into`, `update`, `on`, `table` or `analyze`, never behind a comma, and give no CTE a table's name.
 * The suite of the stores runs with the tables outside of the search path: a name that is missed here fails there.
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
