import ipaddr from "ipaddr.js";

/**
 * A name, an IPv4 address or an IPv6 address in brackets, and optionally a port (RFC 9110 §7.2, without user and
 * escapes).
 */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{0,5})?$/i;

/**
 * Returns the name in a `Host` header in the form in which names are compared: lower case, addresses as the URL
 * standard writes them, without the port and without a trailing dot. Null when it is not a host.
 */
export const hostnameOf = (host: string): string | null => {
  const name = HOST.exec(host)?.[1];
  const url = name === undefined ? null : URL.parse(`http://${name}/`);
  return url === null ? null : url.hostname.replace(/\.$/, "");
};

/**
 * Whether a name, as `hostnameOf` returns it, always means this machine: no name server resolves it (RFC 6761 §6.3).
 */
export const isLoopbackName = (hostname: string): boolean =>
  hostname === "localhost" || hostname.endsWith(".localhost") || isLoopbackAddress(hostname);

const isLoopbackAddress = (hostname: string): boolean => {
  const address = hostname.replace(/^\[|\]$/g, "");
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback";
};

/** Returns an address to listen on, which may be an IPv6 address without brackets, in the form of `hostnameOf`. */
export const listenedName = (host: string): string | null => hostnameOf(host.includes(":") ? `[${host}]` : host);

/**
 * Whether a server that listens on it can be reached from this machine alone. A name below `.localhost` may resolve to
 * any address.
 */
export const isLoopbackHost = (host: string): boolean => {
  const name = listenedName(host);
  return name === "localhost" || (name !== null && isLoopbackAddress(name));
};
