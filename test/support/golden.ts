import { expect } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createParser, type EventSourceMessage } from "eventsource-parser";

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

export const hasGolden = (name: string): boolean => existsSync(join(FIXTURES, name));

/** A transcript's events, fed to the parser a character at a time, as the worst of networks would. */
export const readBack = (transcript: string): readonly EventSourceMessage[] => {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  for (const character of transcript) parser.feed(character);
  return events;
};
