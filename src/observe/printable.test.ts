import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { printable, withoutSecrets } from "./printable.ts";

fc.configureGlobal({ seed: 2409 });

test("whatever a peer writes becomes visible characters of one line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      assert.match(printable(text), /^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]*$/u);
    }),
  );
  assert.equal(printable("a\u001b[31mb\r\n\u009b\u202ec\ud800"), "a\\x1b[31mb\\x0d\\x0a\\x9b\\u202ec\\ud800");
});

test("text without such characters stays as it is, and long text is cut", () => {
  assert.equal(printable("gateway.example.com – Zürich 🔑"), "gateway.example.com – Zürich 🔑");
  assert.equal(printable("x".repeat(30), 10), `${"x".repeat(10)}…`);
});

test("a quoted line loses its key, however it is abbreviated, and keeps the rest", () => {
  const lines: readonly (readonly [string, string])[] = [
    ["crypto isakmp key cisco123 address 1.2.3.4", "crypto isakmp key ****** address 1.2.3.4"],
    ["crypto isakmp key 6 ABCdef hostname b", "crypto isakmp key 6 ****** hostname b"],
    ["cry isa key s3cret! addr 1.2.3.4 0.0.0.0", "cry isa key ****** addr 1.2.3.4 0.0.0.0"],
    ["no crypto isakmp k x address 1.2.3.4", "no crypto isakmp k ****** address 1.2.3.4"],
    [
      'its key differs (a.cfg:7 "crypto isakmp key q"w address 1.1.1.1").',
      'its key differs (a.cfg:7 "crypto isakmp key ****** address 1.1.1.1").',
    ],
    ["username u password 0 cisco", "username u password 0 ******"],
    ["enable secret 5 $1$abc", "enable secret 5 ******"],
  ];
  for (const [line, expected] of lines) assert.equal(withoutSecrets(line), expected);
  const harmless = "crypto map vpn 10 ipsec-isakmp";
  assert.equal(withoutSecrets(harmless), harmless);
});
