import { expect } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FIXTURES = join(import.meta.dir, "../fixtures");

/**
 * Compares a transcript with test/fixtures/NAME byte for byte. UPDATE_GOLDEN=1 writes it instead; the diff is then reviewed
 * like any other. A missing fixture is a failure, so that none is made by accident.
 */
export const expectGolden = (name: string, transcript: string): void => {
  const path = join(FIXTURES, name);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(path, transcript);
  expect(existsSync(path) ? readFileSync(path, "utf8") : `no fixture ${name}; UPDATE_GOLDEN=1 writes it`).toBe(
    transcript,
  );
};
