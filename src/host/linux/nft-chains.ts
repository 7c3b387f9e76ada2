/** Chains of an nftables table that are jumped to. */
import type { RouteMap } from "../../config/router-policy.ts";
import type { AccessList } from "../../net/access-list.ts";
import { matchesOf } from "./nft-matches.ts";

export class Chains {
  readonly lines: string[] = [];
  #count = 0;

  /** A chain of a list's lines, with what is done about what they permit and deny. Its name. */
  list(list: AccessList, permitted: string, denied: string): string {
    return this.of([
      ...list.lines.flatMap(({ action, ...line }) =>
        matchesOf(line).map((match) => `${match} ${action === "permit" ? permitted : denied}`.trim()),
      ),
      // A list without lines lets everything pass.
      list.lines.length === 0 ? permitted : denied,
    ]);
  }

  /** Rules that give a verdict to what a route map takes, and let alone what it denies. */
  matched(match: RouteMap, verdict: string): string[] {
    return match.flatMap(({ action, accessLists }) => {
      const own = action === "permit" ? verdict : "accept";
      if (accessLists.length === 0) return [own];
      return accessLists.map((list) => `jump ${this.list(list, own, "return")}`);
    });
  }

  /** A chain of rules. Its name. */
  of(rules: readonly string[]): string {
    const name = `list${++this.#count}`;
    this.lines.push(`\tchain ${name} {`, ...rules.map((rule) => `\t\t${rule}`), "\t}");
    return name;
  }
}
