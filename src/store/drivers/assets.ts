import type { PgliteAssets } from "./pglite.ts";

/** What PGlite needs inside an executable. From source it finds everything beside its package, and makes a new database itself. */
export const embeddedAssets = async (): Promise<PgliteAssets> =>
  /\$bunfs|~BUN/u.test(import.meta.url) ? (await import("./embedded.ts")).loadEmbedded() : {};
