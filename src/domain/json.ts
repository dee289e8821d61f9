/** Whether a value that came as JSON has properties to look at; a list has them too. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
