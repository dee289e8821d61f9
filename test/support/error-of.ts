/**
 * Returns what a promise rejects with, or a description of its value. Unlike `rejects`, which lets no message of a
 * worker through while it waits if the test was itself continued by one.
 */
export const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => `no error, but ${JSON.stringify(value)}`,
    (error: unknown) => error,
  );
