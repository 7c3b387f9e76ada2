import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { ListIndex } from "./list-index.ts";

fc.configureGlobal({ seed: 2409 });

interface Item {
  readonly name: string;
  readonly version: number;
}

it("finds what going through the list finds, in every copy, whatever was made of which", () => {
  const change = fc.record({
    from: fc.nat(),
    at: fc.nat(),
    name: fc.nat(120).map(String),
    kind: fc.constantFrom("insert", "insert", "replace", "remove"),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const index = new ListIndex<Item>(({ name }) => name);
      const first = Array.from({ length: 30 }, (_, i) => ({ name: `first ${i}`, version: 0 }));
      const copies: (readonly Item[])[] = [first];
      for (const [version, { from, at, name, kind }] of changes.entries()) {
        // Mostly the newest, as a file is read; at times one from before.
        const list = copies.at(from % 4 === 0 ? from % copies.length : -1) ?? first;
        const known = list.findIndex((item) => item.name === name);
        if (kind === "remove") copies.push(list.toSpliced(at % list.length, 1));
        else if (known >= 0) copies.push(index.with(list, known, { name, version }));
        else if (kind === "insert")
          copies.push(index.inserted(list, at % (list.length + 1), { name, version }));
        for (const each of [list, copies.at(-1) ?? list]) {
          assert.equal(
            index.placeOf(each, name),
            each.findIndex((item) => item.name === name),
          );
          assert.equal(
            index.find(each, "first 7"),
            each.find((item) => item.name === "first 7"),
          );
        }
      }
    }),
  );
});
