import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Variables } from "../../domain/substitute.ts";
import type { McpFile } from "./read-mcp-file.ts";

/** Its name in `AGENTS_DIR`. */
const MCP_FILE = "mcp.json";
const MAX_BYTES = 1024 * 1024;

const NONE: McpFile = { names: [], servers: [], mistakes: [], secrets: [] };

/** Reads the MCP servers that a folder names. Without the file there are none. Never throws. */
export const mcpFileIn = async (dir: string, variables: Variables): Promise<McpFile> => {
  const path = join(dir, MCP_FILE);
  const wrong = (message: string): McpFile => ({
    ...NONE,
    mistakes: [{ file: path, line: null, field: null, message }],
  });
  try {
    const found = await stat(path);
    if (!found.isFile()) return wrong("is not a file");
    if (found.size > MAX_BYTES) return wrong(`is larger than ${MAX_BYTES} bytes`);
    const source = await readFile(path, "utf8");
    // Loads a YAML parser, which most services do without.
    const { readMcpFile } = await import("./read-mcp-file.ts");
    return readMcpFile(source.replace(/^\uFEFF/, ""), path, variables);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === "ENOENT" || code === "ENOTDIR") return NONE;
    return wrong(code === "EACCES" ? "cannot be read: give this process the permission" : "cannot be read");
  }
};
