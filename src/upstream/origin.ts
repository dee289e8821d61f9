import { isIP } from "node:net";

/** A server, as connections are kept for it. */
export interface Origin {
  /** The same for the same server: `https://host:443`. */
  readonly key: string;
  readonly isSecure: boolean;
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  /** What TLS asks for; undefined for an address (RFC 6066 §3), whose certificate must name the address. */
  readonly serverName: string | undefined;
}

/** Throws a TypeError for anything but an http or https URL. */
export const originOf = ({ protocol, hostname, port: given }: URL): Origin => {
  const isSecure = protocol === "https:";
  if (!isSecure && protocol !== "http:") throw new TypeError(`Only http and https can be reached, not ${protocol}`);
  const host = hostname.replace(/^\[|\]$/g, "");
  const port = given === "" ? (isSecure ? 443 : 80) : Number(given);
  const serverName = isIP(host) === 0 ? host : undefined;
  return { key: `${protocol}//${hostname}:${port}`, isSecure, host, port, serverName };
};
