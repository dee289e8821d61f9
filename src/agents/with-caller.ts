import { UnreadableError } from "../domain/unreadable.ts";

/**
 * Makes a call, and has the UnreadableError that it throws name the lines that have asked for it: a stack ends where a
 * promise or an async generator was waited for, so that the agent's own line would not be in it. Other errors may be
 * shared, such as the reason of a signal, and are left as they are.
 */
export const withCaller = async <T>(call: () => Promise<T>): Promise<T> => {
  const here = new Error("called");
  try {
    return await call();
  } catch (error) {
    if (error instanceof UnreadableError) addFrames(error, here);
    throw error;
  }
};

const addFrames = (error: Error, here: Error): void => {
  const [, ...frames] = here.stack?.split("\n") ?? [];
  error.stack = [error.stack ?? String(error), ...frames].join("\n");
};
