import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { isPublicAddress, isSameAddress } from "./address.ts";

/** Where pages may be fetched from. The service uses `PUBLIC_WEB`; tests, which have loopback only, pass their own. */
export interface Reach {
  /**
   * Called with an address in the URL, with each that the name resolves to, and with the one that the connection
   * reached.
   */
  allowsAddress(address: string): boolean;
  allowsPort(port: number): boolean;
  /** Returns all addresses of a name, in the order in which they are tried. Rejects when there are none. */
  lookup(host: string): Promise<readonly ResolvedAddress[]>;
  /** A certificate authority that replaces the usual ones: PEM. */
  readonly authority?: string;
}

interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/**
 * Public addresses except this machine's own: requests from the machine to itself pass no firewall, so the service
 * would reach itself unguarded. Ports 80 and 443 only: others serve few pages and much else.
 */
export const publicWeb = (interfaces: typeof networkInterfaces): Reach => ({
  allowsAddress: (address) =>
    isPublicAddress(address) && !addressesOf(interfaces()).some((own) => isSameAddress(own, address)),
  allowsPort: (port) => port === 80 || port === 443,
  lookup: (host) => lookup(host, { all: true }),
});

/** Interfaces are read on each check, since they come and go. No environment variable widens this. */
export const PUBLIC_WEB: Reach = publicWeb(networkInterfaces);

const addressesOf = (interfaces: ReturnType<typeof networkInterfaces>): string[] =>
  Object.values(interfaces).flatMap((entries = []) => entries.map(({ address }) => address));
