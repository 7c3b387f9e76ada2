import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { clockText, dateAndClockText, fractionText } from "./clock-text.ts";

fc.configureGlobal({ seed: 2409 });

describe("times in figures", () => {
  it("are those of Date, from the year 0 to 9999", () => {
    const span = { min: Date.parse("0000-01-01T00:00:00Z"), max: Date.parse("9999-12-31T23:59:59.999Z") };
    fc.assert(
      fc.property(fc.integer(span), (at) => {
        const own = `${dateAndClockText(at).replace(" ", "T")}${fractionText(((at % 1000) + 1000) % 1000)}Z`;
        assert.equal(own, new Date(at).toISOString());
      }),
    );
  });

  it("count hours beyond a day", () => {
    assert.equal(clockText(442_923_999), "123:02:03");
    assert.equal(clockText(0), "00:00:00");
  });
});
