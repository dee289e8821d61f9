import { isIP } from "node:net";
import { UnreadableError } from "../domain/unreadable.ts";
import type { Reach } from "./reach.ts";

/** In characters. Browsers and servers differ, and few URLs come near. */
const MAX_LENGTH = 4_096;

/**
 * Name suffixes that no public page has: RFC 6761, 6762 with its appendix G, 7686, 8375, 9476, and ICANN's `internal`.
 */
const CLOSED_ENDS = new Set(
  "alt arpa corp example home internal intranet invalid lan local localhost onion private test".split(" "),
);

/**
 * Parses a URL, given by a user or by a redirect of `base`, and removes its fragment. Throws an UnreadableError unless
 * it may be fetched. The addresses of the host's name must still be checked.
 */
export const targetOf = (text: string, base: URL | null, reach: Reach): URL => {
  const url = text.length <= MAX_LENGTH ? URL.parse(text, base?.href) : null;
  if (url === null)
    throw new UnreadableError(
      "malformed",
      "This is not a valid URL. Send a complete one, such as https://example.com/page.",
    );
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw forbidden("Only http and https URLs can be fetched.");
  if (url.username !== "" || url.password !== "") {
    throw forbidden("A URL with a user name or a password cannot be fetched. Remove them.");
  }
  if (!reach.allowsPort(portOf(url))) throw forbidden("Only ports 80 and 443 can be fetched from.");
  url.hash = "";
  url.hostname = url.hostname.replace(/\.$/, "");
  const literal = literalOf(url);
  if (literal === null ? !isPublicName(url.hostname) : !reach.allowsAddress(literal)) throw notPublic();
  return url;
};

/** The same error for a name as for an address: it does not reveal what the name resolves to. */
export const notPublic = (): UnreadableError => forbidden("Only pages on the public internet can be fetched.");

const forbidden = (message: string): UnreadableError => new UnreadableError("forbidden_address", message);

const portOf = ({ port, protocol }: URL): number => (port === "" ? (protocol === "https:" ? 443 : 80) : Number(port));

/** Returns the host when it is an address; `URL` has normalized all of its forms and put IPv6 in brackets. */
const literalOf = ({ hostname }: URL): string | null => {
  const bare = hostname.replace(/^\[|\]$/g, "");
  return isIP(bare) === 0 ? null : bare;
};

/** A name of a single label belongs to the local network. */
const isPublicName = (name: string): boolean => {
  const [end = "", ...rest] = name.split(".").reverse();
  return rest.length > 0 && !CLOSED_ENDS.has(end);
};
