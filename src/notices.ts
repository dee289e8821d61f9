import path from "../THIRD-PARTY-NOTICES" with { type: "file" };

/** The licenses of the libraries, of Bun and of Postgres, all of which the executable contains: `bun run notices` writes them. */
export const thirdPartyNotices = (): Promise<string> => Bun.file(path).text();
