import { plugin } from "bun";
import * as yeoul from "../public.ts";

let isProvided = false;

/** Lets files outside of the executable import the module `yeoul`, which exists nowhere else. */
export const provideModule = (): void => {
  if (isProvided) return;
  isProvided = true;
  void plugin({
    name: "yeoul",
    setup: (build) => void build.module("yeoul", () => ({ exports: { ...yeoul }, loader: "object" })),
  });
};
