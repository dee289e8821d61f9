/** What Bun reads from the environment before a process's first line runs, and what it must find there. */
export const RUNTIME_SETTINGS = {
  /**
   * Bun's fetch runs at most 256 requests at once unless this is set, and the 257th model stream would wait for one to
   * end. 65535 is the most that Bun accepts.
   */
  BUN_CONFIG_MAX_HTTP_REQUESTS: "65535",
  /**
   * How hot a function must be for the last tier of the compiler, which takes up to 0.1 s of a core a function: 27,000
   * calls instead of 4,300. What a token takes gets there in seconds. What a run's start takes did so in the middle of
   * a burst of starts.
   */
  BUN_JSC_thresholdForFTLOptimizeAfterWarmUp: "400000",
};
