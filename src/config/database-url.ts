import { type About, url } from "./variable.ts";

/**
 * The URL of a Postgres database, as its driver reads it. A password with a `/` or a `?` of its own ends the part before
 * the host: `postgres://u:1/2@h/db` parses, and names the host `u`, port 1 and the database `2@h/db`.
 */
export const databaseUrl = (about: About) => {
  const form = url(["postgres", "postgresql"], about);
  return {
    ...form,
    read: (text: string) => (form.read(text) === null || isMisread(new URL(text)) ? null : text),
    mistake: (text: string) => form.mistake?.(text) ?? form.allowed,
  };
};

/** Whether an `@` comes later than it should, or the driver cannot decode the user or the password. */
const isMisread = ({ username, password, pathname, search }: URL): boolean =>
  pathname.includes("@") ||
  // `?user=name@server` is right behind the name of a database.
  (username === "" && pathname.length <= 1 && search.includes("@")) ||
  !isDecodable(username) ||
  !isDecodable(password);

const isDecodable = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};
