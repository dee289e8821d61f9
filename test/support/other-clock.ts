/** The one for programs with threads. */
const LIBRARY = [
  ...new Bun.Glob("*/faketime/libfaketimeMT.so.1").scanSync({ cwd: "/usr/lib", absolute: true, onlyFiles: false }),
][0];

/** Whether a process can be given a clock of its own: Debian's package faketime has the library for it. */
export const hasOtherClocks = LIBRARY !== undefined;

/** The environment of a process whose clock is so many days ahead of the machine's; behind it where that is negative. */
export const otherClock = (days: number): Readonly<Record<string, string>> => {
  if (LIBRARY === undefined) throw new Error("faketime is not installed");
  // How fast time passes, which timers count, stays the machine's.
  return { LD_PRELOAD: LIBRARY, FAKETIME: `${days < 0 ? "" : "+"}${days}d`, DONT_FAKE_MONOTONIC: "1" };
};
