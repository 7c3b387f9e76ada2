import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FakeConsole } from "../../../test/support/fake-router.ts";

function consoleOf(name: string, more = ""): FakeConsole {
  const file = new URL(`../../../test/configurations/${name}.cfg`, import.meta.url);
  return new FakeConsole(`${more}\n${readFileSync(file, "utf8")}`);
}

test("show crypto map is laid out as in Example 13-6", () => {
  assert.deepEqual(consoleOf("example-13-02-responder").output("show crypto map"), [
    'Crypto Map "vpn" 10 ipsec-isakmp',
    "  Peer = 172.16.172.10",
    "  Extended IP access list 101",
    "    access-list 101 permit ip 10.1.2.0 0.0.0.255 10.1.1.0 0.0.0.255",
    "  Current peer: 172.16.172.10",
    "  Security association lifetime: 4608000 kilobytes/3600 seconds",
    "  PFS (Y/N): N",
    "  Transform sets={ myset, }",
    "  Interfaces using crypto map vpn:",
    "    Ethernet1/0",
  ]);
});

test("show crypto map tells everything an entry says, and what it lacks", () => {
  const console = consoleOf(
    "example-13-02-responder",
    [
      "crypto map vpn local-address Ethernet0/0",
      "crypto map vpn 20 ipsec-isakmp",
      " description to the hub",
      " set peer hub",
      " set transform-set myset other",
      " set pfs group14",
      " set security-association lifetime seconds 600",
      "crypto map alone 1 ipsec-isakmp",
    ].join("\n"),
  );
  assert.deepEqual(console.output("show crypto map tag vpn").slice(0, 1), [
    'Crypto Map: "vpn" idb: Ethernet0/0 local address: 10.1.2.1',
  ]);
  assert.deepEqual(console.output("show crypto map tag vpn").slice(9, -2), [
    'Crypto Map "vpn" 20 ipsec-isakmp',
    "  WARNING: This crypto map is incomplete",
    "    (missing peer or access-list definitions)",
    "  Description: to the hub",
    "  Peer = hub",
    "  No matching address list set.",
    "  Current peer: hub",
    "  Security association lifetime: 4608000 kilobytes/600 seconds",
    "  PFS (Y/N): Y",
    "  DH group:  group14",
    "  Transform sets={ myset, other, }",
  ]);
  const both = console.output("show crypto map");
  assert.equal(both[0], 'Crypto Map "alone" 1 ipsec-isakmp');
  assert.equal(both.filter((line) => line.startsWith("  Interfaces using")).length, 2);
  assert.deepEqual(
    console.output("show crypto map interface Ethernet1/0"),
    console.output("show crypto map tag vpn"),
  );
  for (const none of ["interface Ethernet0/0", "tag vpm"])
    assert.deepEqual(console.output(`show crypto map ${none}`), ["No crypto maps found."]);
});

test("show crypto isakmp policy gives every value of every suite, the default one last", () => {
  assert.deepEqual(consoleOf("ike-chapter-two-policies").output("show crypto isakmp policy"), [
    "Protection suite priority 15",
    "        encryption algorithm:   Three key triple DES",
    "        hash algorithm:         Message Digest 5",
    "        authentication method:  Rivest-Shamir-Adleman Signature",
    "        Diffie-Hellman group:   #2 (1024 bit)",
    "        lifetime:               5000 seconds, no volume limit",
    "Protection suite priority 20",
    "        encryption algorithm:   DES - Data Encryption Standard (56 bit keys)",
    "        hash algorithm:         Secure Hash Standard",
    "        authentication method:  Pre-Shared Key",
    "        Diffie-Hellman group:   #1 (768 bit)",
    "        lifetime:               10000 seconds, no volume limit",
    "Default protection suite",
    "        encryption algorithm:   DES - Data Encryption Standard (56 bit keys)",
    "        hash algorithm:         Secure Hash Standard",
    "        authentication method:  Rivest-Shamir-Adleman Signature",
    "        Diffie-Hellman group:   #1 (768 bit)",
    "        lifetime:               86400 seconds, no volume limit",
  ]);
});

test("show crypto ipsec transform-set gives AH and ESP apart", () => {
  const console = consoleOf(
    "example-13-07-lab-isdn1",
    "crypto ipsec transform-set gre esp-aes 256 esp-sha256-hmac\n mode transport\ncrypto ipsec transform-set sign esp-md5-hmac\ncrypto ipsec transform-set both esp-gcm 256",
  );
  assert.deepEqual(console.output("show crypto ipsec transform-set"), [
    "Transform set gre: { esp-aes 256 esp-sha256-hmac  }",
    "   will negotiate = { Transport,  },",
    "Transform set sign: { esp-md5-hmac  }",
    "   will negotiate = { Tunnel,  },",
    "Transform set both: { esp-gcm 256  }",
    "   will negotiate = { Tunnel,  },",
    "Transform set mypolicy: { ah-sha-hmac  }",
    "   will negotiate = { Tunnel,  },",
    "   { esp-des esp-sha-hmac  }",
    "   will negotiate = { Tunnel,  },",
  ]);
  assert.equal(console.output("show crypto ipsec transform-set tag gre").length, 2);
});

test("show access-lists gives extended lists without their remarks", () => {
  const console = consoleOf(
    "example-13-16-gre-router1",
    "access-list 101 remark why\naccess-list 101 deny tcp any any eq 80",
  );
  assert.deepEqual(console.output("show access-lists"), [
    "Extended IP access list gre1",
    "    10 permit gre host 172.18.31.1 host 172.18.45.1",
    "Extended IP access list gre2",
    "    10 permit gre host 172.18.31.1 host 172.18.45.2",
    "Extended IP access list 101",
    "    10 deny tcp any any eq www",
  ]);
  assert.deepEqual(console.output("show access-lists gre2").length, 2);
});

test("show ip interface brief has IOS's columns", () => {
  assert.deepEqual(consoleOf("technical-report-encrypted-nonces-2511").output("show ip interface brief"), [
    "Interface                  IP-Address      OK? Method Status                Protocol",
    "Ethernet0                  50.50.50.50     YES manual up                    up",
    "Serial0                    20.20.20.21     YES manual up                    up",
    "Serial1                    unassigned      YES unset  administratively down down",
  ]);
});

test("show running-config has IOS's head and end", () => {
  const lines = consoleOf("example-13-02-responder").output("show running-config");
  assert.deepEqual(lines.slice(0, 5), [
    "Building configuration...",
    "",
    "Current configuration:",
    "!",
    "hostname Responder",
  ]);
  assert.equal(lines.at(-1), "end");
});
