/** Imported `with { type: "file" }`: where the file lies, inside the executable or outside. */
declare module "swagger-ui-dist/swagger-ui-bundle.js" {
  const path: string;
  export default path;
}
declare module "swagger-ui-dist/swagger-ui.css" {
  const path: string;
  export default path;
}
declare module "swagger-ui-dist/LICENSE" {
  const path: string;
  export default path;
}
declare module "swagger-ui-dist/NOTICE" {
  const path: string;
  export default path;
}
