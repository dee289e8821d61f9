import type { PgliteAssets } from "./pglite.ts";

/** What PGlite needs inside an executable. From source it finds everything beside its package. */
export const embeddedAssets = async (): Promise<PgliteAssets> => ({});
