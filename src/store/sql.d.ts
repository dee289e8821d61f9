/** Migrations are imported as text, so that they are embedded in the executable. */
declare module "*.sql" {
  const text: string;
  export default text;
}
