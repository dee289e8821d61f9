import { expect, test } from "bun:test";
import { isDeadOwner, ownerName } from "../src/owner.ts";

const self = { host: "here", pid: 10, started: "500" };
/** The processes of this machine, by id: when each started. */
const running = (processes: Readonly<Record<number, string>>) => (pid: number) => processes[pid] ?? null;
const machine = running({ 10: "500", 20: "300" });

test("an owner is dead when its process is gone, or another one has its id by now", () => {
  expect(isDeadOwner(ownerName({ ...self, pid: 30 }), self, machine)).toBe(true);
  expect(isDeadOwner(ownerName({ ...self, pid: 20, started: "200" }), self, machine)).toBe(true);
  // This very id, before: a container's process has the same one after every restart.
  expect(isDeadOwner(ownerName({ ...self, started: "400" }), self, machine)).toBe(true);
});

test("an owner is not dead while its process lives, and least of all this one", () => {
  expect(isDeadOwner(ownerName({ ...self, pid: 20, started: "300" }), self, machine)).toBe(false);
  expect(isDeadOwner(ownerName(self), self, machine)).toBe(false);
  expect(isDeadOwner(ownerName(self), self, running({}))).toBe(false);
});

test("nothing is known of another machine's processes, nor of a name that is none of ours", () => {
  expect(isDeadOwner(ownerName({ host: "there", pid: 30, started: "1" }), self, machine)).toBe(false);
  for (const name of ["", "here", "here/x/1", "test", "here/30"]) expect(isDeadOwner(name, self, machine)).toBe(false);
});

test("a host's name may hold anything, slashes included", () => {
  const odd = { host: "a/1/b", pid: 3, started: "" };
  expect(isDeadOwner(ownerName({ ...odd, pid: 4 }), odd, machine)).toBe(true);
  expect(isDeadOwner(ownerName({ ...odd, host: "b" }), odd, machine)).toBe(false);
});
