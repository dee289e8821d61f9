import ipaddr from "ipaddr.js";

/**
 * Ranges that hold no page of the public web (IANA special-purpose address registries, RFC 6890, read in 2026), and a
 * few that look public and are not. Their reserved exceptions, such as 192.0.0.9 or 2001:1::1, serve no pages either.
 */
const CLOSED_IPV4 = [
  "0.0.0.0/8", // this network, and the unspecified address (RFC 791)
  "10.0.0.0/8", // private (RFC 1918)
  "100.64.0.0/10", // carrier-grade NAT (RFC 6598); Alibaba Cloud's metadata
  "127.0.0.0/8", // loopback
  "168.63.129.16/32", // Azure's platform: looks public, answers only its virtual machines
  "169.254.0.0/16", // link-local (RFC 3927); metadata of most clouds
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocol assignments (RFC 6890); Oracle Cloud's metadata
  "192.0.2.0/24", // documentation (RFC 5737)
  "192.31.196.0/24", // AS112 (RFC 7535)
  "192.52.193.0/24", // AMT relays (RFC 7450)
  "192.88.99.0/24", // 6to4 relays (RFC 7526)
  "192.168.0.0/16", // private
  "192.175.48.0/24", // AS112 (RFC 7534)
  "198.18.0.0/15", // benchmarking (RFC 2544)
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, and broadcast
].map((range) => ipaddr.IPv4.parseCIDR(range));

/**
 * All that is allocated to the public internet so far (RFC 4291 §2.4): loopback, ULA, link-local and multicast are
 * outside.
 */
const OPEN_IPV6 = ipaddr.IPv6.parseCIDR("2000::/3");

const CLOSED_IPV6 = [
  "2001::/23", // protocol assignments: Teredo, benchmarking, ORCHID (RFC 2928)
  "2001:db8::/32", // documentation (RFC 3849)
  "2002::/16", // 6to4: embeds an IPv4 address, which a relay would reach for us (RFC 7526)
  "2620:4f:8000::/48", // AS112
  "3fff::/20", // documentation (RFC 9637)
].map((range) => ipaddr.IPv6.parseCIDR(range));

/**
 * IPv6 addresses that represent an IPv4 one, in their last 32 bits: mapped (RFC 4291 §2.5.5.2) and NAT64 (RFC 6052
 * §2.1).
 */
const STANDS_FOR_IPV4 = ["::ffff:0:0/96", "64:ff9b::/96"].map((range) => ipaddr.IPv6.parseCIDR(range));

/**
 * IPv4-compatible addresses (RFC 4291 §2.5.5.1), which no host has: ipaddr.js 2.5.0 parses this notation as a mapped
 * one.
 */
const IPV4_COMPATIBLE = /^::[\d.]+$/;

/**
 * Whether an IP address is one of the public internet, so that reaching it reaches nothing that only this machine can
 * see. Refuses everything but the plain text of an address: names, zones (`fe80::1%eth0`), and the octal, hex and short
 * forms, which `new URL` converts (WHATWG URL §3.5) before they get here.
 */
export const isPublicAddress = (address: string): boolean => {
  const ip = meaningOf(address);
  if (ip === null) return false;
  if (ip instanceof ipaddr.IPv4) return !CLOSED_IPV4.some((range) => ip.match(range));
  return ip.match(OPEN_IPV6) && !CLOSED_IPV6.some((range) => ip.match(range));
};

/** Whether both texts mean the same address. */
export const isSameAddress = (left: string, right: string): boolean =>
  meaningOf(left)?.toNormalizedString() === meaningOf(right)?.toNormalizedString();

/** Returns the address that is reached. Null when the text is not a plain address. */
const meaningOf = (address: string): ipaddr.IPv4 | ipaddr.IPv6 | null => {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address);
  if (!ipaddr.IPv6.isValid(address) || address.includes("%") || IPV4_COMPATIBLE.test(address)) return null;
  const ip = ipaddr.IPv6.parse(address);
  return STANDS_FOR_IPV4.some((range) => ip.match(range)) ? new ipaddr.IPv4(ip.toByteArray().slice(-4)) : ip;
};
