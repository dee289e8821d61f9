/** Imported `with { type: "file" }`: where the file lies, inside the executable or outside. */
declare module "*.bcmap" {
  const path: string;
  export default path;
}
