declare module "*/THIRD-PARTY-NOTICES" {
  const path: string;
  export default path;
}
