import path from "../THIRD-PARTY-NOTICES" with { type: "file" };

/**
 * Returns the licenses of all software in the executable: libraries, Bun and Postgres. `bun run notices` writes the
 * file.
 */
export const thirdPartyNotices = (): Promise<string> => Bun.file(path).text();
