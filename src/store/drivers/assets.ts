import type { PgliteStoreOptions } from "./pglite.ts";

/**
 * The files that PGlite needs inside an executable. From source, PGlite finds everything beside its package and creates
 * a new database itself.
 */
export const embeddedAssets = async (): Promise<Pick<PgliteStoreOptions, "assets" | "archive">> =>
  /\$bunfs|~BUN/u.test(import.meta.url) ? (await import("./embedded.ts")).embeddedFiles() : {};
