/** Access groups, standard lists, tunnels, address translation and route maps: what a configuration then says, and prints. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfiguration } from "../load.ts";
import { runningConfig } from "../running-config.ts";

function printed(...lines: readonly string[]): string[] {
  const { configuration, problems } = loadConfiguration(lines.join("\n"), "test");
  assert.deepEqual(
    problems.filter(({ severity }) => severity === "error"),
    [],
  );
  return runningConfig(configuration).filter((line) => line !== "!" && !/^(version|hostname|end)/.test(line));
}

test("a standard list prints hosts without wildcards, and open bits as zero", () => {
  assert.deepEqual(
    printed(
      "access-list 1 permit host 10.1.1.1",
      "access-list 1 permit 10.1.1.2",
      "access-list 1 deny 10.1.1.77 0.0.0.255",
      "access-list 1 permit any log",
      "ip access-list standard inside",
      " permit 10.0.0.0 0.255.255.255",
    ),
    [
      "ip access-list standard inside",
      " permit 10.0.0.0 0.255.255.255",
      "access-list 1 permit 10.1.1.1",
      "access-list 1 permit 10.1.1.2",
      "access-list 1 deny 10.1.1.0 0.0.0.255",
      "access-list 1 permit any log",
    ],
  );
});

test("a name is of one kind of list", () => {
  const { configuration, problems } = loadConfiguration(
    ["ip access-list standard lan", " permit any", "ip access-list extended lan"].join("\n"),
    "test",
  );
  assert.match(problems[0]?.message ?? "", /% A named standard IP access list with this name already exists/);
  assert.equal(configuration.accessLists.length, 1);
});

test("an interface says in which direction which list is asked, and `no` takes one direction back", () => {
  const lines = ["interface e0/0", "ip access-group 101 in", "ip access-group lan out"];
  assert.deepEqual(printed(...lines), [
    "interface Ethernet0/0",
    " no ip address",
    " ip access-group 101 in",
    " ip access-group lan out",
  ]);
  assert.deepEqual(printed(...lines, "no ip access-group 101 in").slice(2), [" ip access-group lan out"]);
});

test("a tunnel prints its ends, and its mode only where that is not GRE", () => {
  assert.deepEqual(
    printed(
      "interface tunnel 0",
      "ip address 10.4.1.1 255.255.255.0",
      "tunnel source s0",
      "tunnel destination 172.18.45.1",
      "tunnel mode gre ip",
      "tunnel key 7",
      "tunnel checksum",
    ),
    [
      "interface Tunnel0",
      " ip address 10.4.1.1 255.255.255.0",
      " tunnel source Serial0",
      " tunnel destination 172.18.45.1",
      " tunnel key 7",
      " tunnel checksum",
    ],
  );
});

test("address translation prints as IOS prints it", () => {
  const lines = [
    "ip nat pool out 192.0.2.1 192.0.2.9 netmask 255.255.255.240",
    "ip nat inside source list 1 pool out overload",
    "ip nat inside source route-map nonat interface Serial0 overload",
    "ip nat inside source static 10.1.1.2 100.1.1.3",
    "ip nat inside source static tcp 10.1.1.2 80 interface Serial0 8080 extendable",
  ];
  assert.deepEqual(printed(...lines), lines);
});

test("the entries of a route map stand in the order of their numbers, and their lines gather", () => {
  assert.deepEqual(
    printed(
      "route-map A permit 20",
      " set interface Loopback1",
      "route-map A",
      " match ip address 101",
      " match ip address 102 lan",
      " set ip next-hop 10.2.2.1",
      "route-map B deny 5",
    ),
    [
      "route-map A permit 10",
      " match ip address 101 102 lan",
      " set ip next-hop 10.2.2.1",
      "route-map A permit 20",
      " set interface Loopback1",
      "route-map B deny 5",
    ],
  );
});
