/** What a model cannot do without. The configuration has made sure of it, so its absence is a mistake in the program. */
export const given = (value: string | null, variable: string): string => {
  if (value === null) throw new Error(`${variable} must be set for this model.`);
  return value;
};

/** Without the slash at the end, so that a path can follow. */
export const rootOf = (baseUrl: string): string => baseUrl.replace(/\/+$/, "");
