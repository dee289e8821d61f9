import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { isPublicAddress, isSameAddress } from "./address.ts";

/** Where pages may be fetched from. There is one for the service, `PUBLIC_WEB`; tests, which have loopback only, bring theirs. */
export interface Reach {
  /** Asked for an address in the URL, for each that its name stands for, and for the one that the connection was made to. */
  allowsAddress(address: string): boolean;
  allowsPort(port: number): boolean;
  /** All addresses of a name, in the order to try them in. Rejects when there are none. */
  lookup(host: string): Promise<readonly Place[]>;
  /** Whose word on certificates is taken in place of the usual authorities': PEM. */
  readonly authority?: string;
}

interface Place {
  readonly address: string;
  readonly family: number;
}

/**
 * Public addresses but this machine's own, behind which it would meet itself with its guard down: what arrives from the
 * machine itself passes no firewall. Ports 80 and 443: others serve few pages and many things that are none.
 */
export const publicWeb = (interfaces: typeof networkInterfaces): Reach => ({
  allowsAddress: (address) =>
    isPublicAddress(address) && !addressesOf(interfaces()).some((own) => isSameAddress(own, address)),
  allowsPort: (port) => port === 80 || port === 443,
  lookup: (host) => lookup(host, { all: true }),
});

/** Read anew at each look: interfaces come and go. No variable of the environment makes this wider. */
export const PUBLIC_WEB: Reach = publicWeb(networkInterfaces);

const addressesOf = (interfaces: ReturnType<typeof networkInterfaces>): string[] =>
  Object.values(interfaces).flatMap((entries = []) => entries.map(({ address }) => address));
