import assert from "node:assert/strict";
import { test } from "node:test";
import { milliseconds } from "../../src/base/time.ts";
import { exampleFiles, type TypedLab, typedLab } from "../support/typed-lab.ts";

function lab(change: (text: string) => string = (text) => text): TypedLab {
  return typedLab(exampleFiles("dynamic-crypto-map").map(({ name, text }) => ({ name, text: change(text) })));
}

const HOME_TO_HUB = "ping 10.1.0.1 source 10.1.2.1";
const HUB_TO_HOME = "ping 10.1.2.1 source 10.1.0.1";
const temporary = ({ type }: TypedLab) =>
  type("Hub", "show crypto map").filter((line) =>
    /^Crypto Map "vpn" 655|Peer =|access-list {2}permit/.test(line),
  );

test("peers of unknown address come in by main mode with a wildcard key and by aggressive mode with a name", () => {
  const made = lab();
  assert.equal(made.type("Hub", HUB_TO_HOME).at(-2), ".....", "a dynamic map begins nothing");
  assert.ok(!made.crossed.some(({ bytes }) => bytes[9] === 17), "not a message of IKE");
  assert.equal(made.type("Home", HOME_TO_HUB).at(-2), ".!!!!");
  assert.equal(made.type("Branch", "ping 10.1.0.1 source 10.1.3.1").at(-2), ".!!!!");
  assert.equal(made.type("Hub", HUB_TO_HOME).at(-2), "!!!!!");
  assert.deepEqual(temporary(made), [
    'Crypto Map "vpn" 65536 ipsec-isakmp',
    "  Peer = 203.0.113.2",
    "    access-list  permit ip 10.1.0.0 0.0.0.255 10.1.2.0 0.0.0.255",
    'Crypto Map "vpn" 65537 ipsec-isakmp',
    "  Peer = 203.0.113.3",
    "    access-list  permit ip 10.1.0.0 0.0.0.255 10.1.3.0 0.0.0.255",
  ]);
});

test("a temporary entry goes with its SAs, and its peer can come back", () => {
  const made = lab();
  made.type("Home", HOME_TO_HUB, "clear crypto sa");
  made.lab.world.runFor(milliseconds(100));
  assert.deepEqual(temporary(made), []);
  assert.equal(made.type("Hub", HUB_TO_HOME).at(-2), ".....");
  assert.equal(made.type("Home", HOME_TO_HUB).at(-2), ".!!!!");
});

test("an idle peer is forgotten when its SAs have ended", () => {
  const made = lab();
  made.type("Home", HOME_TO_HUB);
  made.lab.world.runFor(milliseconds(2 * 3_700_000));
  assert.deepEqual(temporary(made), []);
});

test("what the access list of the template does not permit is refused, with the reason", () => {
  const made = lab((text) => text.replace("10.1.0.0 0.0.255.255", "10.1.3.0 0.0.0.255"));
  assert.equal(made.type("Home", HOME_TO_HUB).at(-2), ".....");
  assert.match(
    made.type("Hub", "show crypto isakmp diagnose").join("\n"),
    /203\.0\.113\.2 wants to protect ip 10\.1\.0\.0 0\.0\.0\.255 to 10\.1\.2\.0 0\.0\.0\.255/,
  );
  assert.equal(made.type("Branch", "ping 10.1.0.1 source 10.1.3.1").at(-2), ".!!!!");
});

test("without an access list a template takes what its peers propose", () => {
  const made = lab((text) =>
    text.replace(
      " set transform-set aes\n match address 101\n!\n! Behind",
      " set transform-set aes\n! Behind",
    ),
  );
  assert.equal(made.type("Hub", HUB_TO_HOME).at(-2), ".....", "Home wants it protected");
  assert.equal(made.type("Home", HOME_TO_HUB).at(-2), ".!!!!");
  assert.equal(made.type("Hub", HUB_TO_HOME).at(-2), "!!!!!");
});

test("a peer with an entry of its own is meant by that, wherever the dynamic map stands", () => {
  const made = lab((text) =>
    text
      .replace("crypto map vpn 65000", "crypto map vpn 1")
      .replace(
        "!\ninterface Ethernet0/0\n ip address 10.1.0.1",
        "crypto map vpn 10 ipsec-isakmp\n set peer 203.0.113.2\n set transform-set aes\n match address 102\n!\ninterface Ethernet0/0\n ip address 10.1.0.1",
      )
      .replace(
        "access-list 101 permit ip 10.1.0.0 0.0.0.255 10.1.0.0 0.0.255.255",
        "$&\naccess-list 102 permit ip 10.1.0.0 0.0.0.255 10.1.2.0 0.0.0.255",
      ),
  );
  assert.equal(made.type("Hub", HUB_TO_HOME).at(-2), ".!!!!");
  assert.deepEqual(temporary(made), ["  Peer = 203.0.113.2"]);
});

test("an entry cannot become one of another type, nor of another dynamic map", () => {
  const made = lab();
  const said = (...lines: string[]) => made.type("Hub", "configure terminal", ...lines, "end");
  const typeError = "% Attempt to change type of existing crypto map is not allowed.";
  assert.ok(said("crypto map vpn 65000 ipsec-isakmp").includes(typeError), "a static one");
  assert.ok(
    said("crypto map vpn 65000 ipsec-isakmp dynamic other").includes(
      "% Attempt to change dynamic map tag for existing crypto map is not allowed.",
    ),
    "another dynamic map",
  );
  assert.ok(
    said("crypto map vpn 10 ipsec-isakmp", "crypto map vpn 10 ipsec-isakmp dynamic outside").includes(
      typeError,
    ),
    "a dynamic one",
  );
});

test("reverse-route gives a route to what a peer protects, as long as it has SAs", () => {
  const made = lab((text) =>
    text.replace(" match address 101\n!\n! Behind", " match address 101\n reverse-route\n!\n! Behind"),
  );
  const hub = made.lab.routers.find(({ name }) => name === "Hub");
  const routes = () =>
    (hub?.router.stack.routes ?? [])
      .filter(({ block, origin }) => block.address === "10.1.2.0" && origin === "static")
      .map(({ via }) => via);
  assert.deepEqual(routes(), []);
  made.type("Home", HOME_TO_HUB);
  assert.deepEqual(routes(), [{ kind: "next hop", address: "203.0.113.2" }]);
  assert.equal(made.type("Hub", HUB_TO_HOME).at(-2), "!!!!!");
  made.type("Hub", "clear crypto sa");
  assert.deepEqual(routes(), []);
});
