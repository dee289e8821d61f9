/** Imported `with { type: "file" }`: the path of the file, inside the executable or outside. */
declare module "*.bcmap" {
  const path: string;
  export default path;
}
