import type { PgliteStoreOptions } from "./pglite.ts";

/** What PGlite needs inside an executable. From source it finds everything beside its package, and makes a new database itself. */
export const embeddedAssets = async (): Promise<Pick<PgliteStoreOptions, "assets" | "archive">> =>
  /\$bunfs|~BUN/u.test(import.meta.url) ? (await import("./embedded.ts")).embeddedFiles() : {};
