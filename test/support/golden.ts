import { expect } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createParser, type EventSourceMessage } from "eventsource-parser";

const FIXTURES = join(import.meta.dir, "../fixtures");

/**
 * Compares a transcript with test/fixtures/NAME byte for byte. UPDATE_GOLDEN=1 writes it instead, so that its diff can
 * be reviewed. A missing fixture is a failure, so that none is created by accident.
 */
export const expectGolden = (name: string, transcript: string): void => {
  const path = join(FIXTURES, name);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(path, transcript);
  expect(existsSync(path) ? readFileSync(path, "utf8") : `no fixture ${name}; UPDATE_GOLDEN=1 writes it`).toBe(
    transcript,
  );
};

export const hasGolden = (name: string): boolean => existsSync(join(FIXTURES, name));

/** Parses a transcript's events, one character at a time, as the worst network would deliver it. */
export const readBack = (transcript: string): readonly EventSourceMessage[] => {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  for (const character of transcript) parser.feed(character);
  return events;
};
