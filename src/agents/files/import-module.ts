import type { System } from "../../domain/system.ts";

/** How a module's import ended. */
export type Imported =
  | { readonly exports: Readonly<Record<string, unknown>> }
  | { readonly thrown: unknown }
  | "unfinished";

/**
 * Imports a file of the operator's. `unfinished`: its top-level `await` has not settled within the time. A module that
 * computes without a pause cannot be interrupted. Never throws.
 */
export const importModule = async (path: string, withinMs: number, system: System): Promise<Imported> => {
  const isOver = new AbortController();
  const imported = import(path).then(
    (exports): Imported => ({ exports }),
    (thrown: unknown): Imported => ({ thrown }),
  );
  const late = system.sleep(withinMs, isOver.signal).then(
    (): Imported => "unfinished",
    (): Imported => "unfinished",
  );
  const first = await Promise.race([imported, late]);
  isOver.abort();
  return first;
};
