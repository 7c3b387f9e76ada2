import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeConsole } from "../../test/support/fake-router.ts";

const SECRET =
  "hostname R1\nenable secret open sesame\nenable secret level 5 five\nenable password level 7 seven\n";

test("a console begins privileged, unless the router asks for a password before that", () => {
  assert.equal(new FakeConsole("hostname R1\n").session.prompt(), "R1#");
  assert.equal(new FakeConsole(SECRET).session.prompt(), "R1>");
  assert.equal(new FakeConsole("hostname R1\nenable password ww\n").session.prompt(), "R1>");
  // Nobody can know this one.
  assert.equal(new FakeConsole("hostname R1\nenable secret 5 <removed>\n").session.prompt(), "R1#");
});

test("enable asks for the password, three times, without showing or remembering it", () => {
  const console = new FakeConsole(SECRET);
  console.type("enable");
  assert.deepEqual([console.session.prompt(), console.session.hidesInput()], ["Password: ", true]);
  assert.equal(
    console.type("wrong", "", "five"),
    "Password: wrong\nPassword: \nPassword: five\n% Bad secrets\n\n",
  );
  assert.equal(console.session.prompt(), "R1>");
  console.type("enable", "x", "open sesame");
  assert.equal(console.session.prompt(), "R1#");
  assert.deepEqual(console.output("show history"), ["  enable", "  show history"]);
});

test("levels are reached by their own passwords, and left without one", () => {
  const console = new FakeConsole(SECRET);
  console.type("enable 5", "five");
  assert.deepEqual(console.output("show privilege"), ["Current privilege level is 5"]);
  console.type("enable 7", "five", "five");
  assert.match(console.type("five"), /% Bad passwords/);
  console.type("enable 7", "seven", "enable 5");
  assert.deepEqual(console.output("show privilege"), ["Current privilege level is 5"]);
  console.type("disable");
  assert.equal(console.session.prompt(), "R1>");
  assert.match(console.type("disable 9"), /must be less than/);
});

test("from elsewhere nobody is privileged without a password", () => {
  const console = new FakeConsole("hostname R1\n", { level: 1, isRemote: true });
  assert.match(console.type("enable"), /% No password set/);
  assert.equal(console.session.prompt(), "R1>");
});

test("a level has the commands that are given to it, and those of the levels below", () => {
  const text = `${SECRET}privilege exec level 5 show running-config
privilege exec level 5 clear crypto
privilege exec level 15 show crypto isakmp
privilege exec level 5 configure terminal
privilege configure level 5 hostname
privilege configure all level 5 ip host
`;
  const refused = /Invalid input detected|Ambiguous command/;
  const user = new FakeConsole(text);
  assert.match(user.type("show running-config"), refused);
  assert.match(user.type("show crypto isakmp policy"), refused);
  user.type("enable 5", "five");
  assert.doesNotMatch(user.type("show running-config"), refused);
  assert.doesNotMatch(user.type("clear crypto sa"), refused);
  assert.match(user.type("show crypto isakmp policy"), refused);
  assert.match(user.type("debug crypto isakmp"), refused);
  user.type("configure terminal");
  const listed = (text: string) => user.help(text).map((line) => line.trim().split(" ", 1)[0]);
  assert.deepEqual(listed(""), ["default", "do", "end", "exit", "hostname", "ip", "no", "quit"]);
  assert.deepEqual(listed("ip "), ["host"]);
  assert.deepEqual(listed("no "), ["hostname", "ip"]);
  assert.equal(user.session.complete("hos"), "hostname ");
  assert.equal(user.session.complete("enab"), undefined);
  assert.doesNotMatch(user.type("hostname R2", "ip host a 10.0.0.1", "no ip host a", "! a comment"), refused);
  assert.match(user.type("enable secret mine"), refused);
  assert.equal(user.router.configuration().hostname.value, "R2");
  user.type("end");
  assert.equal(user.session.prompt(), "R2#");
  assert.ok(!user.help("clear ").some((line) => /debug/.test(line)), "help lists what may be used");
});

test("privilege lines print back, and reset takes one away", () => {
  const console = new FakeConsole("hostname R1\n");
  console.type("configure terminal", "privilege exec level 3 show", "privilege exec all level 4 ping");
  const lines = () => console.output("do show running-config").filter((line) => line.startsWith("privilege"));
  assert.deepEqual(lines(), ["privilege exec level 3 show", "privilege exec all level 4 ping"]);
  console.type("privilege exec reset show");
  assert.deepEqual(lines(), ["privilege exec all level 4 ping"]);
  console.type("no privilege exec all level 4 ping");
  assert.deepEqual(lines(), []);
});
