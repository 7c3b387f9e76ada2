import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfiguration } from "../../cli/load.ts";
import { linesOpenTo, userWithPassword } from "../../config/login.ts";
import { ipv4 } from "../../net/ip-address.ts";
import { Door } from "./door.ts";
import { WAYS_IN_LIMITS } from "./limits.ts";

test("a line lets in what it says, from where its access list says, in its rotary group", () => {
  const configuration = load(
    "line vty 0",
    " login local",
    "line vty 1",
    " transport input telnet",
    "line vty 2",
    " transport input ssh",
    " login",
    "line vty 3",
    " transport input all",
    " login local",
    " access-class 23 in",
    "line vty 4 5",
    " transport input ssh",
    " login local",
    " rotary 1",
    "line vty 6",
    " transport input ssh",
    " login local",
    " access-class nowhere in",
    "access-list 23 deny 10.1.1.66",
    "access-list 23 permit 10.1.1.0 0.0.0.255",
  );
  const open = (transport: "ssh" | "telnet", from: string, groups?: { first: number; last: number }) =>
    linesOpenTo(configuration, { transport, from: ipv4(from), groups }).map(({ number }) => number);
  assert.deepEqual(open("ssh", "10.1.1.5"), [3, 4, 5]);
  assert.deepEqual(open("ssh", "10.1.1.66"), [4, 5]);
  assert.deepEqual(open("ssh", "10.2.0.1"), [4, 5]);
  assert.deepEqual(open("telnet", "10.1.1.5"), [1, 3]);
  assert.deepEqual(open("ssh", "10.1.1.5", { first: 1, last: 2 }), [4, 5]);
  assert.deepEqual(open("ssh", "10.1.1.5", { first: 2, last: 2 }), []);
});

test("a user is who has his password; nobody logs in without one", () => {
  const configuration = load(
    "username a password 0 cisco",
    "username b secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0",
    "username c nopassword",
    "username d privilege 15",
    "username e password 7 rubbish",
  );
  const may = (name: string, typed: string) => userWithPassword(configuration, name, typed)?.name;
  assert.equal(may("a", "cisco"), "a");
  assert.equal(may("b", "cisco"), "b");
  for (const name of ["a", "b", "c", "d", "e", "f"])
    for (const typed of ["", "wrong", "rubbish"])
      assert.equal(may(name, typed), undefined, `${name} ${typed}`);
});

test("few wait for their login at once, fewer of one address, and who has waited makes room", () => {
  const door = new Door(() => 0);
  const { unauthenticated, unauthenticatedByAddress } = WAYS_IN_LIMITS;
  const admitted = Array.from({ length: unauthenticatedByAddress }, () => door.knock("a"));
  assert.ok(
    admitted.every((each) => typeof each === "function"),
    "some of one address wait",
  );
  assert.equal(typeof door.knock("a"), "string");
  for (let i = unauthenticatedByAddress; i < unauthenticated; i++)
    assert.equal(typeof door.knock(`other ${i}`), "function");
  assert.equal(typeof door.knock("b"), "string");
  const [leave] = admitted;
  assert.ok(typeof leave === "function", "the first was let in");
  leave();
  leave();
  assert.equal(typeof door.knock("b"), "function");
  assert.equal(typeof door.knock("c"), "string", "leaving twice makes room once");
});

test("an address begins so many connections in a minute, and anew in the next", () => {
  let now = 0;
  const door = new Door(() => now);
  const knock = (): boolean => {
    const admitted = door.knock("a");
    if (typeof admitted === "string") return false;
    admitted();
    return true;
  };
  for (let i = 0; i < WAYS_IN_LIMITS.connectionsPerMinute; i++) assert.ok(knock(), "it may come");
  assert.ok(!knock(), "it comes too often");
  now = 60_000;
  assert.ok(knock(), "a minute later it may");
});

function load(...lines: string[]) {
  return loadConfiguration(lines.join("\n"), "test").configuration;
}
