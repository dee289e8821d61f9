import type postgres from "postgres";

/**
 * Which rows a statement finds, in tables that are distributed by a key:
 * - `one`: those of one key, which a parameter names.
 * - `many`: those of many keys, which the statement names.
 * - `all`: rows of any key.
 * - `none`: it reads and writes no distributed table.
 */
export type Route = "one" | "many" | "all" | "none";

/** The column that each table is distributed by. The others are small, and every node would have a copy. */
const KEYS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      "threads",
      "runs",
      "events",
      "stretches",
      "messages",
      "superseded_messages",
      "checkpoints",
      "rounds",
      "images",
      "run_files",
    ].map((table) => [table, "thread_key"]),
  ),
  ...Object.fromEntries(
    ["documents", "chunks", "chunk_embeddings", "tickets", "tils", "til_tags", "tags", "til_days", "user_usage"].map(
      (table) => [table, "user_id"],
    ),
  ),
};

interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly Alias?: string;
  readonly Plans?: readonly Plan[];
  readonly [detail: string]: unknown;
}

/** Decides by the plan that Postgres makes for any parameters, with joins by look-up alone. */
export const routeOf = async (sql: postgres.Sql, text: string): Promise<Route> => {
  const [row] = await sql.unsafe<{ "QUERY PLAN": readonly { readonly Plan: Plan }[] }[]>(
    `explain (generic_plan, verbose, format json) ${text}`,
  );
  const nodes = flat(row?.["QUERY PLAN"][0]?.Plan);
  const scans = nodes.filter((node) => KEYS[node["Relation Name"] ?? ""] !== undefined);
  if (scans.length === 0) return "none";
  if (scans.some((node) => !isKeyed(node, nodes))) return "all";
  return nodes.some((node) => node["Node Type"] === "Function Scan" || node["Node Type"] === "ProjectSet")
    ? "many"
    : "one";
};

const flat = (plan: Plan | undefined): readonly Plan[] =>
  plan === undefined ? [] : [plan, ...(plan.Plans ?? []).flatMap(flat)];

const CONDITIONS = ["Index Cond", "Filter", "Recheck Cond"];
const JOINS = ["Join Filter", "Hash Cond", "Merge Cond"];

const textsOf = (node: Plan, names: readonly string[]): readonly string[] =>
  names.map((name) => node[name]).filter((text) => typeof text === "string");

/** Whether a row is found by its key. A row found by its place was found by its key before, in the same statement. */
const isKeyed = (node: Plan, nodes: readonly Plan[]): boolean => {
  const key = KEYS[node["Relation Name"] ?? ""] ?? "";
  if (node["Node Type"] === "ModifyTable" || node["Node Type"] === "Tid Scan") return true;
  if (node["Node Type"] === "Bitmap Heap Scan" && node["Recheck Cond"] === undefined) return true;
  const column = `${node.Alias}\\.${key}`;
  const joined = new RegExp(`\\b${column}\\)?(::text)? = | = \\(?${column}\\b`);
  if (textsOf(node, CONDITIONS).some((condition) => new RegExp(`\\b${key}\\)?(::text)? = `).test(condition)))
    return true;
  return nodes.flatMap((each) => textsOf(each, JOINS)).some((condition) => joined.test(condition));
};
