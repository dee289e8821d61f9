import { type SQL, sql } from "drizzle-orm";

/**
 * A page of rows ends with the row that brings it to so many bytes, so that it holds at most that and one row more.
 * Without this bound, a page of 200 questions of a megabyte, for each of 40 readers, was 2.5 GB.
 */
const PAGE_BYTES = 256 * 1024;
/** The most that Postgres counts in addition to a value's own bytes. */
const VALUE_HEADER = 4;

/**
 * Whether a page with these texts may have ended because of its bytes. When false, there was no row left, or the limit
 * on the number of rows was reached.
 */
export const fillsPage = (texts: readonly string[]): boolean => {
  let bytes = 0;
  for (const text of texts) bytes += Buffer.byteLength(text) + VALUE_HEADER;
  return bytes >= PAGE_BYTES;
};

/**
 * Returns the part of `rows` that a page holds, by the same count: where each row is counted like this, `fillsPage`
 * is exact.
 */
export const pageOf = <Row>(rows: readonly Row[], textOf: (row: Row) => string): readonly Row[] => {
  let bytes = 0;
  const end = rows.findIndex((row) => {
    if (bytes >= PAGE_BYTES) return true;
    bytes += Buffer.byteLength(textOf(row)) + VALUE_HEADER;
    return false;
  });
  return end < 0 ? rows : rows.slice(0, end);
};

/**
 * Returns as many of `rows`, a query, as a page holds, in their order. `text` is the large column. Computes a value's
 * length without reading it where Postgres has not compressed it; of compressed values, it unpacks at most a page by
 * the size they take in the table. A row without the text counts nothing.
 */
export const boundedPage = (rows: SQL, order: SQL, text: SQL, columns: SQL): SQL => {
  const before = sql`window before as (order by ${order} rows between unbounded preceding and 1 preceding)`;
  const bytes = sql`case when pg_column_compression(${text}) is null then pg_column_size(${text}) else octet_length(${text}::text) end`;
  return sql`
    select ${columns} from (
      select *, coalesce(sum(${bytes}) over before, 0) as bytes_before from (
        select *, coalesce(sum(pg_column_size(${text})) over before, 0) as stored_before from (${rows}) as found ${before}
      ) as few where stored_before < ${sql.raw(String(PAGE_BYTES))} ${before}
    ) as page where bytes_before < ${sql.raw(String(PAGE_BYTES))} order by ${order}`;
};
