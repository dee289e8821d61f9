/**
 * Resource usage of a process and its descendants from the kernel (proc(5)). Descendants count because an executable
 * may start itself again and Postgres consists of several processes.
 */
import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ, the unit of the CPU times in /proc/PID/stat: 100 on every Linux that Bun supports. */
const TICKS_PER_SECOND = 100;

interface Stat {
  readonly parent: number;
  /** User and system time, including that of children that ended and were waited for. */
  readonly ticks: number;
}

const statOf = (pid: number): Stat | undefined => {
  try {
    // The name is in parentheses and may contain any character; the state (field 3) follows the last parenthesis.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(")").at(-1)?.trim().split(" ") ?? [];
    const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number);
    return { parent: Number(fields[1]), ticks: (utime ?? 0) + (stime ?? 0) + (cutime ?? 0) + (cstime ?? 0) };
  } catch {
    return undefined; // It ended between the listing and the read.
  }
};

const family = (root: number): Map<number, Stat> => {
  const all = new Map<number, Stat>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat !== undefined) all.set(Number(name), stat);
  }
  const members = new Map<number, Stat>();
  const add = (pid: number): void => {
    const stat = all.get(pid);
    if (stat === undefined) return;
    members.set(pid, stat);
    for (const [child, { parent }] of all) if (parent === pid) add(child);
  };
  add(root);
  return members;
};

/** Returns the CPU seconds used so far, to a hundredth. Throws when the process has ended. */
export const cpuSeconds = (pid: number): number => {
  const members = family(pid);
  if (members.size === 0) throw new Error(`The process under measure (pid ${pid}) has ended.`);
  return [...members.values()].reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND;
};

/** Returns the resident bytes from smaps_rollup, which is exact; the figure in status may lag. */
export const residentBytes = (pid: number): number => {
  let sum = 0;
  for (const member of family(pid).keys()) {
    const match = /^Rss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${member}/smaps_rollup`, "latin1"));
    sum += Number(match?.[1] ?? 0) * 1024;
  }
  return sum;
};
