import { expect, test } from "bun:test";
import type { networkInterfaces } from "node:os";
import { publicWeb } from "../../src/fetching/reach.ts";

const rest = { netmask: "", mac: "", internal: false, cidr: null };
const interfaces: typeof networkInterfaces = () => ({
  eth0: [
    { ...rest, address: "93.184.216.34", family: "IPv4" },
    { ...rest, address: "2606:2800:220:1::34", family: "IPv6", scopeid: 0 },
    { ...rest, address: "fe80::1", family: "IPv6", scopeid: 2 },
  ],
});

test("this machine's own addresses are not fetched from, even public ones, in any notation", () => {
  const own = [
    "93.184.216.34",
    "::ffff:93.184.216.34",
    "64:ff9b::5db8:d822",
    "2606:2800:220:1::34",
    "2606:2800:0220:1:0::34",
  ];
  expect(own.filter(publicWeb(() => ({})).allowsAddress)).toEqual(own);
  expect(own.filter(publicWeb(interfaces).allowsAddress)).toEqual([]);
  expect(publicWeb(interfaces).allowsAddress("93.184.216.35")).toBeTrue();
});

test("addresses that are not public are not fetched from on any machine", () => {
  expect(["10.0.0.1", "127.0.0.1", "::1", "fe80::1"].filter(publicWeb(() => ({})).allowsAddress)).toEqual([]);
});
