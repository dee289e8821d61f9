/**
 * Returns a value that a model requires. The configuration has checked it, so its absence is a mistake in the program.
 */
export const required = (value: string | null, variable: string): string => {
  if (value === null) throw new Error(`${variable} must be set for this model.`);
  return value;
};

/** Removes the trailing slash, so that a path can follow. */
export const rootOf = (baseUrl: string): string => baseUrl.replace(/\/+$/, "");
