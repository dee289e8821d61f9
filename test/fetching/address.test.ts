import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { isPublicAddress } from "../../src/fetching/address.ts";

/** Each range: its first and last address, and its outside neighbours where those are public. */
const CLOSED: readonly (readonly [what: string, range: string, ...neighbours: string[]])[] = [
  ["this network, unspecified", "0.0.0.0/8", "1.0.0.0"],
  ["private, ten", "10.0.0.0/8", "9.255.255.255", "11.0.0.0"],
  ["carrier-grade NAT", "100.64.0.0/10", "100.63.255.255", "100.128.0.0"],
  ["loopback", "127.0.0.0/8", "126.255.255.255", "128.0.0.0"],
  ["Azure's platform", "168.63.129.16/32", "168.63.129.15", "168.63.129.17"],
  ["link-local", "169.254.0.0/16", "169.253.255.255", "169.255.0.0"],
  ["private, 172", "172.16.0.0/12", "172.15.255.255", "172.32.0.0"],
  ["protocol assignments", "192.0.0.0/24", "191.255.255.255", "192.0.1.0"],
  ["documentation, first", "192.0.2.0/24", "192.0.1.255", "192.0.3.0"],
  ["AS112, direct", "192.31.196.0/24", "192.31.195.255", "192.31.197.0"],
  ["AMT relays", "192.52.193.0/24", "192.52.192.255", "192.52.194.0"],
  ["6to4 relays", "192.88.99.0/24", "192.88.98.255", "192.88.100.0"],
  ["private, 192.168", "192.168.0.0/16", "192.167.255.255", "192.169.0.0"],
  ["AS112, delegated", "192.175.48.0/24", "192.175.47.255", "192.175.49.0"],
  ["benchmarking", "198.18.0.0/15", "198.17.255.255", "198.20.0.0"],
  ["documentation, second", "198.51.100.0/24", "198.51.99.255", "198.51.101.0"],
  ["documentation, third", "203.0.113.0/24", "203.0.112.255", "203.0.114.0"],
  ["multicast", "224.0.0.0/4", "223.255.255.255"],
  ["reserved, and broadcast", "240.0.0.0/4"],
  ["unspecified", "::/128"],
  ["loopback, IPv6", "::1/128"],
  ["IPv4-compatible", "::/96"],
  ["mapped private", "::ffff:10.0.0.0/104", "::ffff:9.255.255.255", "::ffff:11.0.0.0"],
  ["mapped loopback", "::ffff:127.0.0.0/104", "::ffff:7eff:ffff", "::ffff:8000:0"],
  ["mapped metadata", "::ffff:169.254.169.254/128"],
  ["translated (RFC 2765)", "::ffff:0:0:0/96"],
  ["NAT64 of private", "64:ff9b::10.0.0.0/104", "64:ff9b::9.255.255.255", "64:ff9b::b00:0"],
  ["NAT64 of loopback", "64:ff9b::127.0.0.0/104"],
  ["NAT64 of metadata", "64:ff9b::a9fe:a9fe/128"],
  ["NAT64 of a network's own", "64:ff9b:1::/48"],
  ["discard", "100::/64"],
  ["below the allocated range", "400::/6"],
  ["protocol assignments, IPv6", "2001::/23", "2001:200::"],
  ["Teredo", "2001::/32"],
  ["benchmarking, IPv6", "2001:2::/48"],
  ["ORCHID", "2001:10::/28"],
  ["ORCHID, second", "2001:20::/28"],
  ["documentation, IPv6", "2001:db8::/32", "2001:db7:ffff::", "2001:db9::"],
  ["6to4", "2002::/16", "2001:ffff::", "2003::"],
  ["AS112, IPv6", "2620:4f:8000::/48", "2620:4f:7fff::", "2620:4f:8001::"],
  ["documentation, longer", "3fff::/20", "3ffe::", "3fff:1000::"],
  ["above the allocated range", "4000::/2"],
  ["segment routing", "5f00::/16"],
  ["unique local", "fc00::/7"],
  ["metadata of AWS", "fd00:ec2::254/128"],
  ["metadata of Google Cloud", "fd20:ce::254/128"],
  ["link-local, IPv6", "fe80::/10"],
  ["site-local", "fec0::/10"],
  ["multicast, IPv6", "ff00::/8"],
];

describe("an address that is not public", () => {
  test.each(CLOSED)("%s: %s", (_, range, ...neighbours) => {
    const { first, size } = numbersOf(range);
    for (const text of [...spellings(first), ...spellings(last(first, size))]) {
      expect({ text, isPublic: isPublicAddress(text) }).toEqual({ text, isPublic: false });
    }
    expect(neighbours.filter((address) => !isPublicAddress(address))).toEqual([]);
  });

  test("is every one inside those ranges, in any notation", () => {
    const inside = fc
      .constantFrom(...CLOSED.map(([, range]) => numbersOf(range)))
      .chain(({ first, size }) =>
        fc.bigInt(0n, size - 1n).map((offset) => ({ ...first, value: first.value + offset })),
      );
    fc.assert(
      fc.property(inside, (address) => {
        for (const text of spellings(address)) expect(isPublicAddress(text)).toBeFalse();
      }),
      { numRuns: 2_000 },
    );
  });

  test("is every one for which ipaddr.js has a special use", () => {
    const range = (value: bigint, bits: Bits) => ipaddr.process(hex({ value, bits })).range();
    const number = fc.constantFrom<Bits>(32, 128).chain((bits) => fc.tuple(edgy(bits), fc.constant(bits)));
    fc.assert(
      fc.property(number, ([value, bits]) => {
        const [text = ""] = spellings({ value, bits });
        const special = range(value, bits);
        fc.pre(special !== "unicast" && special !== "rfc6052");
        expect(isPublicAddress(text)).toBeFalse();
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("an address that is public", () => {
  test("is any other IPv4 address", () => {
    const closed = CLOSED.map(([, range]) => numbersOf(range)).filter(({ first }) => first.bits === 32);
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 32n - 1n), (value) => {
        fc.pre(!closed.some(({ first, size }) => value >= first.value && value < first.value + size));
        const dotted = dottedOf(value);
        expect([dotted, `::ffff:${dotted}`, `64:ff9b::${dotted}`].filter((text) => !isPublicAddress(text))).toEqual([]);
      }),
    );
  });

  test.each([
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "211.249.220.24",
    "2001:4860:4860::8888",
    "2400:cb00::1",
    "2606:4700:4700::1111",
    "2A00:1450:4001:0830:0000:0000:0000:200E",
  ])("%s", (address) => {
    expect(isPublicAddress(address)).toBeTrue();
  });
});

test.each([
  "",
  "localhost",
  "example.com",
  "8.8.8",
  "8.8.8.8.",
  " 8.8.8.8",
  "8.8.8.8\n",
  "134744072",
  "0x8.8.8.8",
  "010.8.8.8",
])("%j is not a plain address", (text) => expect(isPublicAddress(text)).toBeFalse());

test.each(["fe80::1%eth0", "2606:4700::1%eth0", "2606:4700::1%1", "[2606:4700::1]", "2606:4700:::1", "8.8.8.8%1"])(
  "%s is refused, because it has a zone or brackets or is malformed",
  (text) => expect(isPublicAddress(text)).toBeFalse(),
);

test.each([
  "http://2130706433/",
  "http://0x7f000001/",
  "http://0x7f.1/",
  "http://017700000001/",
  "http://0177.0.0.1/",
  "http://127.1/",
  "http://127.0.0.1./",
  "http://１２７。０。０。１/",
  "http://①②⑦.0.0.1/",
  "http://%31%32%37.0.0.1/",
  "http://0/",
  "http://0xA9FEA9FE/",
  "http://[::ffff:127.0.0.1]/",
  "http://[::127.0.0.1]/",
  "http://[0:0:0:0:0:ffff:7f00:1]/",
  "http://[64:ff9b::169.254.169.254]/",
])("%s becomes plain in a URL, and is refused", (url) => {
  expect(isPublicAddress(new URL(url).hostname.replace(/^\[|\]$/g, ""))).toBeFalse();
});

type Bits = 32 | 128;
interface Numbered {
  readonly value: bigint;
  readonly bits: Bits;
}

/** Returns the range's first address and size. Parsed by the test itself; only `URL` is trusted with IPv6. */
const numbersOf = (range: string): { readonly first: Numbered; readonly size: bigint } => {
  const [address = "", prefix = ""] = range.split("/");
  const bits = address.includes(":") ? 128 : 32;
  return { first: { value: numberOf(address), bits }, size: 2n ** BigInt(bits - Number(prefix)) };
};

const numberOf = (address: string): bigint => {
  if (!address.includes(":")) return address.split(".").reduce((value, part) => value * 256n + BigInt(part), 0n);
  const [head = "", tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("::");
  const left = head.split(":").filter(Boolean);
  const right = (tail ?? "").split(":").filter(Boolean);
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
  return groups.reduce((value, group) => value * 65_536n + BigInt(`0x${group}`), 0n);
};

const last = (first: Numbered, size: bigint): Numbered => ({ ...first, value: first.value + size - 1n });

const dottedOf = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");

/** Equivalent notations of an address: IPv6 in full, short, in capitals, and ending in IPv4; IPv4 also as mapped. */
const spellings = (address: Numbered): string[] => {
  if (address.bits === 32) {
    const dotted = dottedOf(address.value);
    return [dotted, `::ffff:${dotted}`, `64:ff9b::${dotted}`];
  }
  const whole = hex(address);
  const short = new URL(`http://[${whole}]/`).hostname.slice(1, -1);
  const tail = dottedOf(address.value & 0xffff_ffffn);
  const zeros = /^(?:0000:){6}/.test(whole) ? [`::${tail}`] : [];
  return [whole, short, whole.toUpperCase(), `${whole.slice(0, 30)}${tail}`, ...zeros];
};

const hex = ({ value, bits }: Numbered): string => {
  if (bits === 32) return dottedOf(value);
  return value
    .toString(16)
    .padStart(32, "0")
    .replace(/(.{4})(?!$)/g, "$1:");
};

/** Numbers of all sizes: a short prefix with zeros as often as random bits throughout. */
const edgy = (bits: Bits): fc.Arbitrary<bigint> =>
  fc
    .tuple(fc.bigInt(0n, 2n ** BigInt(bits) - 1n), fc.nat(bits))
    .map(([value, zeros]) => (value >> BigInt(zeros)) << BigInt(zeros));
