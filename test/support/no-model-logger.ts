import type { ModelLogger } from "../../src/models/logger.ts";

/** Logs nothing. A test replaces what it watches. */
export const noModelLogger: ModelLogger = {
  retry: () => {},
  fallback: () => {},
  lacking: () => {},
  leftOut: () => {},
  limited: () => {},
  failed: () => {},
};
