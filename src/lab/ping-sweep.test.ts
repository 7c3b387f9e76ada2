/** A ping that sweeps sizes, in a lab: each size in its turn, as often as asked, until they are too big. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TextLab } from "../../test/support/lab-from-text.ts";

const routers = ["1", "2"].map(
  (host) => `hostname R${host}\ninterface Ethernet0/0\n ip address 192.0.2.${host} 255.255.255.0\n`,
);

test("sizes are gone through in order, and again", () => {
  const lab = new TextLab(routers);
  const asked = [
    "ping",
    "",
    "192.0.2.2",
    "2",
    "",
    "",
    "y",
    "",
    "",
    "y",
    "",
    "",
    "",
    "y",
    "1400",
    "1550",
    "50",
  ];
  const [, ...lines] = lab.typed("R1", ...asked).slice(-4);
  assert.match(lines.join("\n"), /^Sending 8, \[1400\.\.1550\]-byte ICMP Echos to 192\.0\.2\.2/);
  assert.equal(lines[1], "!!!M!!!M");
});
