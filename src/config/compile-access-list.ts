/** An access list as a packet filter. */
import type { AccessLine, AccessList, PacketTest } from "../net/access-list.ts";
import { ICMP_KINDS } from "../net/icmp-names.ts";
import { ACCESS_LISTS } from "./access-list-settings.ts";
import { expandRule, rulesOf } from "./access-rules.ts";
import type { AccessListRule, AccessListSettings, Configuration } from "./configuration.ts";

/** Undefined where there is no such list. */
export function accessListNamed({ accessLists }: Configuration, name: string): AccessList | undefined {
  const settings = ACCESS_LISTS.find(accessLists, name);
  return settings === undefined ? undefined : compileAccessList(settings);
}

export function compileAccessList(settings: AccessListSettings): AccessList {
  return {
    name: settings.name,
    lines: rulesOf(settings).map(
      (rule): AccessLine => ({
        action: rule.action,
        rules: expandRule(rule),
        tests: rule.conditions.flatMap(testOf),
        log: logOf(settings, rule),
        source: rule,
      }),
    ),
  };
}

function logOf({ kind }: AccessListSettings, { log }: AccessListRule): AccessLine["log"] {
  if (log === undefined) return undefined;
  if (kind === "standard") return "source";
  return log === "log" ? "flow" : "flow and input";
}

/** None for a time range: there is no clock in it, and IOS has a line without its time range in force. */
function testOf(condition: string): PacketTest[] {
  const [word = "", text = ""] = condition.split(" ");
  switch (word) {
    case "established":
    case "fragments":
      return [{ kind: word }];
    case "precedence":
      return [{ kind: "type of service", mask: 0xe0, value: Number(text) << 5 }];
    case "tos":
      return [{ kind: "type of service", mask: 0x1e, value: Number(text) << 1 }];
    case "dscp":
      return [{ kind: "type of service", mask: 0xfc, value: codePoint(text) << 2 }];
    default: {
      const icmp = ICMP_KINDS.get(word);
      return icmp === undefined ? [] : [{ kind: "icmp", ...icmp }];
    }
  }
}

/** `af21`, `cs3`, `ef`, `default` (RFC 2474, 2597, 3246), or a number. */
function codePoint(text: string): number {
  const [, family = "", digits = ""] = /^(af|cs|ef|default)?(\d*)$/.exec(text) ?? [];
  switch (family) {
    case "af":
      return Number(digits[0] ?? 0) * 8 + Number(digits[1] ?? 0) * 2;
    case "cs":
      return Number(digits) * 8;
    case "ef":
      return 46;
    default:
      return Number(digits);
  }
}
