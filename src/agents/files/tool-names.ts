import { globTest } from "../../tools/toolbox.ts";
import { nearest } from "./nearest.ts";

/** The tools that files may name. */
export interface KnownTools {
  /** The names of the tools that are always there. */
  readonly names: readonly string[];
  /**
   * The MCP servers of `mcp.json`. Their tools are not known before they have started. Null: the file cannot be read, a
   * mistake of its own.
   */
  readonly servers: readonly string[] | null;
}

/** Returns what is wrong with a tool's name or glob, completing "the field …". Null when it may name a tool. */
export const toolMistake = (pattern: string, { names, servers }: KnownTools): string | null => {
  const matches = globTest(pattern);
  if (names.some(matches)) return null;
  if (servers === null) return pattern.includes("/") || isAny(pattern) ? null : unknown(pattern, names);
  const slash = pattern.indexOf("/");
  if (slash >= 0) {
    if (servers.some(globTest(pattern.slice(0, slash)))) return null;
    return `names "${pattern}", but mcp.json has no server ${pattern.slice(0, slash)}: ${remedy(servers, pattern.slice(0, slash))}`;
  }
  if (isAny(pattern) && servers.length > 0) return null;
  return unknown(pattern, [...names, ...servers.map((server) => `${server}/*`)]);
};

const isAny = (pattern: string): boolean => /^\*+$/.test(pattern);

const unknown = (pattern: string, known: readonly string[]): string =>
  `names "${pattern}", which is no tool: ${remedy(known, pattern)}`;

const remedy = (known: readonly string[], name: string): string => {
  const meant = nearest(name, known);
  if (meant !== null) return `did you mean ${meant}?`;
  return known.length === 0 ? "add it there" : `there are ${known.join(", ")}`;
};
