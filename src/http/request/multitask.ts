import { Value } from "@sinclair/typebox/value";
import { Multitask } from "../../domain/multitask.ts";
import { invalid } from "./validate.ts";

/** The header for wires whose contract has no field for it, and for clients that leave the field out. */
const MULTITASK = "x-multitask";

/**
 * Returns what the request says becomes of the thread's unfinished runs: its body, else the header; null when neither
 * does. Throws `invalid` for a wrong header, also where the body counts.
 */
export const multitaskOf = ({ headers }: Request, inBody: Multitask | null): Multitask | null => {
  const value = headers.get(MULTITASK);
  if (value === null || Value.Check(Multitask, value)) return inBody ?? value;
  throw invalid([{ path: `/${MULTITASK}`, message: `must be ${Multitask.description}` }]);
};
