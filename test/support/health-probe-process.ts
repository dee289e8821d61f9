import { readFileSync } from "node:fs";

// Requests /health repeatedly until its standard input ends; then prints what the longest request was delayed by.
const [url = "", pid = ""] = process.argv.slice(2);

/**
 * The CPU milliseconds of the service's main thread so far (proc_pid_schedstat(5)); null when the system does not
 * report them.
 */
const computedMs = (): number | null => {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch {
    return null;
  }
};

let longestMs = 0;
let blockedMs = 0;
let requests = 0;
let isOver = false;
process.stdin.on("end", () => {
  isOver = true;
});
process.stdin.resume();
console.log("started");
while (!isOver) {
  const before = computedMs();
  const start = performance.now();
  const response = await fetch(`${url}/health`).catch(() => null);
  await response?.text();
  const tookMs = response?.status === 200 ? performance.now() - start : Number.POSITIVE_INFINITY;
  const after = computedMs();
  longestMs = Math.max(longestMs, tookMs);
  const isMeasured = before !== null && after !== null && Number.isFinite(tookMs);
  blockedMs = Math.max(blockedMs, isMeasured ? Math.min(tookMs, after - before) : tookMs);
  requests += 1;
  await Bun.sleep(4);
}
console.log(JSON.stringify({ blockedMs, longestMs, requests }));
process.exit(0);
