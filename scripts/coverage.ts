import { readFileSync } from "node:fs";

// `bun run coverage`, after a test run that wrote coverage/lcov.info, prints the line coverage of each folder of src.
// It fails when a core folder is below the floor. The report omits files that no test loads; knip finds those that
// nothing imports.

/** Required line coverage, in percent, of the folders through which every event passes. */
const FLOOR = 95;
const CORE: readonly string[] = ["domain", "wire", "store", "journal", "runs", "agents", "dialects", "streams", "http"];

interface Lines {
  found: number;
  hit: number;
}

/** The format: https://manpages.debian.org/unstable/lcov/geninfo.1.en.html#FILES */
const roomsIn = (lcov: string): ReadonlyMap<string, Lines> => {
  const rooms = new Map<string, Lines>();
  for (const record of lcov.split("end_of_record")) {
    const room = /^SF:src\/(?:([^/\n]+)\/)?[^\n]+$/m.exec(record);
    if (room === null) continue;
    const name = room[1] ?? "src itself";
    const lines = rooms.get(name) ?? { found: 0, hit: 0 };
    lines.found += Number(/^LF:(\d+)$/m.exec(record)?.[1] ?? 0);
    lines.hit += Number(/^LH:(\d+)$/m.exec(record)?.[1] ?? 0);
    rooms.set(name, lines);
  }
  return rooms;
};

const rooms = roomsIn(readFileSync("coverage/lcov.info", "utf8"));
const percent = (room: string): number => {
  const { found, hit } = rooms.get(room) ?? { found: 0, hit: 0 };
  return found === 0 ? 0 : (100 * hit) / found;
};
for (const room of [...rooms.keys()].sort()) {
  console.log(`${percent(room).toFixed(1).padStart(6)} %  ${room}${CORE.includes(room) ? "" : "  (no floor)"}`);
}
const low = CORE.filter((room) => percent(room) < FLOOR);
if (low.length > 0) {
  console.error(`Less than ${FLOOR} % of the lines are run by tests in: ${low.join(", ")}.`);
  process.exitCode = 1;
}
