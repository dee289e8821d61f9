import { Value } from "@sinclair/typebox/value";
import { Multitask } from "../../domain/multitask.ts";
import { invalid } from "./validate.ts";

/** The header for wires whose contract has no field for it. */
const MULTITASK = "x-multitask";

/** Returns what the header requests; null when it is absent. Throws `invalid`. */
export const multitaskIn = ({ headers }: Request): Multitask | null => {
  const value = headers.get(MULTITASK);
  if (value === null) return null;
  if (Value.Check(Multitask, value)) return value;
  throw invalid([{ path: `/${MULTITASK}`, message: `must be ${Multitask.description}` }]);
};
