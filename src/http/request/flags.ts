import { invalid } from "./validate.ts";

const TRUE = /^(?:true|1)$/i;
const FALSE = /^(?:false|0)$/i;

/** Reads a yes or no of the query; absent is no. Throws `invalid` for any other value: a guess would be silent. */
export const flagIn = (request: Request, name: string): boolean => {
  const value = new URL(request.url).searchParams.get(name) ?? "false";
  if (TRUE.test(value)) return true;
  if (FALSE.test(value)) return false;
  throw invalid([{ path: `/${name}`, message: "must be true or false" }]);
};
