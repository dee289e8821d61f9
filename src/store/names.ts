import { is } from "drizzle-orm";
import { getTableConfig, isPgEnum, PgTable } from "drizzle-orm/pg-core";
import { concerns } from "./concerns.ts";
import * as healthTables from "./health/schema.ts";
import { EMBEDDINGS, MIGRATIONS, qualifier } from "./qualify.ts";

const declared = [healthTables, ...Object.values(concerns).map(({ tables }) => tables ?? {})].flatMap(
  (module): unknown[] => Object.values(module),
);

/** Qualifies the names of our tables and types by a schema, see `qualifier`. */
export const qualify = qualifier({
  tables: [
    ...declared.flatMap((value) => (is(value, PgTable) ? [getTableConfig(value).name] : [])),
    MIGRATIONS,
    EMBEDDINGS,
  ],
  types: declared.flatMap((value) => (isPgEnum(value) ? [value.enumName] : [])),
});
