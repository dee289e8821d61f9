/** A mistake in a file that the operator wrote, such as an agent or `mcp.json`. */
export interface FileMistake {
  /** The path, as it is shown to the operator. */
  readonly file: string;
  /** Counted from 1. Null: the mistake has no place in the file. */
  readonly line: number | null;
  /** The path of the field, such as `remote.url` or `mcpServers.orders.command`. Null: the file as a whole. */
  readonly field: string | null;
  /** What is wrong and the remedy, completing "the field …" or "the file …". Shows no value of the environment. */
  readonly message: string;
}

/** A mistake in one line: `agents/support.md:4: temperature must be a number from 0 to 2`. */
export const mistakeText = ({ file, line, field, message }: FileMistake): string =>
  `${file}${line === null ? "" : `:${line}`}: ${field === null ? "" : `${field} `}${message}`;

/** In the order of files and lines. A mistake without a line comes before the others of its file. */
export const inReadingOrder = (mistakes: readonly FileMistake[]): readonly FileMistake[] =>
  mistakes.toSorted((a, b) => (a.file === b.file ? (a.line ?? 0) - (b.line ?? 0) : a.file < b.file ? -1 : 1));
