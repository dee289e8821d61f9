import type { Tool } from "@modelcontextprotocol/client";
import { metaSchemaMistake } from "../json-schema.ts";
import type { ListedTool } from "./messages.ts";

/** Of one server. */
const MAX_TOOLS = 1_000;
const MAX_DESCRIPTION = 4_000;
/** Of one tool's schema, in characters of JSON: it goes to the model with every call. */
const MAX_SCHEMA = 32_000;

/** Separates a server's tools into those that can be offered and those that no model or validator accepts. */
export const listedTools = (
  tools: readonly Tool[],
): {
  readonly usable: readonly ListedTool[];
  readonly unusable: readonly { readonly tool: string; readonly why: string }[];
} => {
  const judged = tools.slice(0, MAX_TOOLS).map((tool) => ({ tool, why: mistakeOf(tool) }));
  const usable = judged.flatMap(({ tool, why }) => (why === null ? [listed(tool)] : []));
  const unusable = judged.flatMap(({ tool, why }) => (why === null ? [] : [{ tool: tool.name, why }]));
  const [first, ...others] = tools.slice(MAX_TOOLS);
  // Once for all of them: a server may list thousands, again and again.
  if (first !== undefined) {
    const why = `the server has over ${MAX_TOOLS} tools; ${others.length} more after this one are left out`;
    unusable.push({ tool: first.name, why });
  }
  return { usable, unusable };
};

const listed = ({ name, title, description, inputSchema }: Tool): ListedTool => ({
  name,
  description: (description ?? title ?? "").slice(0, MAX_DESCRIPTION),
  input: inputSchema,
});

const mistakeOf = ({ inputSchema }: Tool): string | null => {
  if (JSON.stringify(inputSchema).length > MAX_SCHEMA) return `its schema is longer than ${MAX_SCHEMA} characters`;
  const mistake = metaSchemaMistake(inputSchema);
  return mistake === null ? null : `its schema is no JSON Schema: ${mistake}`;
};
