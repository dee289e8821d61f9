/** A place in a stack that has an absolute path. */
const FRAME = /^\s+at (?:.*\()?(\/[^()\n]+?):\d+(?::\d+)?\)?$/gm;
const IN_EXECUTABLE = /\$bunfs|~BUN/;

/**
 * Whether an error that nobody caught may come from a file of the operator's: its stack leads there, or, as with errors
 * of the runtime itself, nowhere. In an executable our own files have no absolute path; from source they are below
 * `ownRoot`.
 */
export const isForeignError = (error: unknown, ownRoot: string): boolean => {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  if (!/^\s+at /m.test(stack)) return true;
  return [...stack.matchAll(FRAME)].some(([, path = ""]) => !IN_EXECUTABLE.test(path) && !path.startsWith(ownRoot));
};
