import { isIP } from "node:net";

/** A server, to which connections are pooled. */
export interface Origin {
  /** Identifies the server: `https://host:443`. */
  readonly key: string;
  readonly isSecure: boolean;
  /** A host name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The name sent in TLS; undefined for an address (RFC 6066 §3), which the certificate must then name. */
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
