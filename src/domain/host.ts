import ipaddr from "ipaddr.js";

/** A name, an IPv4 address or an IPv6 address in brackets; then perhaps a port (RFC 9110 §7.2, without user and escapes). */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{0,5})?$/i;

/**
 * The name in a `Host` header in the one form that names are compared in: lower case, addresses as the URL standard writes
 * them, without the port and without the dot that may end a name. Null: it is no host.
 */
export const hostnameOf = (host: string): string | null => {
  const name = HOST.exec(host)?.[1];
  const url = name === undefined ? null : URL.parse(`http://${name}/`);
  return url === null ? null : url.hostname.replace(/\.$/, "");
};

/** Whether a name, as `hostnameOf` gives it, is this machine's own: no name server decides where it leads (RFC 6761 §6.3). */
export const isLoopbackName = (hostname: string): boolean =>
  hostname === "localhost" || hostname.endsWith(".localhost") || isLoopbackAddress(hostname);

const isLoopbackAddress = (hostname: string): boolean => {
  const address = hostname.replace(/^\[|\]$/g, "");
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback";
};

/** An address to listen on, which may be an IPv6 address without brackets, in the form of `hostnameOf`. */
export const listenedName = (host: string): string | null => hostnameOf(host.includes(":") ? `[${host}]` : host);

/** Whether whoever listens on it is reached from this machine alone. A name below `.localhost` may be resolved to anywhere. */
export const isLoopbackHost = (host: string): boolean => {
  const name = listenedName(host);
  return name === "localhost" || (name !== null && isLoopbackAddress(name));
};
