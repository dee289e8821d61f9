import { isPublicAddress } from "../../src/fetching/address.ts";
import type { Reach } from "../../src/fetching/reach.ts";

export interface LoopbackReach extends Reach {
  /** From now on loopback addresses are not public, as outside tests. */
  shut(): void;
}

/**
 * The rule on public addresses, except that 127.0.0.1 counts as public until `shut`, on every port. Names resolve as in
 * `names`, and `pages.example.com` to 127.0.0.1.
 */
export const loopbackReach = (names: Readonly<Record<string, readonly string[]>> = {}): LoopbackReach => {
  let isOpen = true;
  return {
    allowsAddress: (address) => (isOpen && address === "127.0.0.1") || isPublicAddress(address),
    allowsPort: () => true,
    lookup: async (host) =>
      (names[host] ?? ["127.0.0.1"]).map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    shut: () => {
      isOpen = false;
    },
  };
};
