/** An import `with { type: "file" }` yields the file's path. `scripts/build-starter.ts` makes it. */
declare module "*.bundle" {
  const path: string;
  export default path;
}
