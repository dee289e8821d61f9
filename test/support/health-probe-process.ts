// Asks /health, one request after the other, until its standard input ends; then tells how long the longest answer took.
const [url = ""] = process.argv.slice(2);
let longestMs = 0;
let asked = 0;
let isOver = false;
process.stdin.on("end", () => {
  isOver = true;
});
process.stdin.resume();
console.log("asking");
while (!isOver) {
  const start = performance.now();
  const response = await fetch(`${url}/health`).catch(() => null);
  await response?.text();
  if (response?.status !== 200) longestMs = Number.POSITIVE_INFINITY;
  longestMs = Math.max(longestMs, performance.now() - start);
  asked += 1;
  await Bun.sleep(4);
}
console.log(JSON.stringify({ longestMs, asked }));
process.exit(0);

export {};
