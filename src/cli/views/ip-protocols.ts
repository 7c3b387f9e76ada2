/** `show ip protocols`: what a router speaks to learn its routes, in the layout of IOS 12.2. */

import { clockText } from "../../base/clock-text.ts";
import type { Configuration } from "../../config/configuration.ts";
import type { RipSettings } from "../../config/rip-settings.ts";
import type { RipView } from "../services.ts";

/** `view` is undefined where RIP is configured and not spoken. */
export function showProtocols({ rip }: Configuration, view: RipView | undefined): string[] {
  if (rip === undefined) return [];
  const { update, invalid, holddown, flush } = rip.timers.value;
  const due =
    view === undefined ? "not spoken here" : `next due in ${Math.ceil(view.nextUpdate / 1000)} seconds`;
  return [
    'Routing Protocol is "rip"',
    `  Sending updates every ${update} seconds, ${due}`,
    `  Invalid after ${invalid} seconds, hold down ${holddown}, flushed after ${flush}`,
    ...offsetLines(rip, "out", "Outgoing"),
    ...offsetLines(rip, "in", "Incoming"),
    "  Redistributing: rip",
    "  Default version control: send version 2, receive version 2",
    "    Interface             Send  Recv",
    ...(view?.interfaces ?? [])
      .filter((name) => !rip.passive.includes(name))
      .map((name) => `    ${name.padEnd(22)}2     2`),
    `  Automatic network summarization is ${rip.autoSummary.value ? "in effect" : "not in effect"}`,
    "  Maximum path: 1",
    "  Routing for Networks:",
    ...rip.networks.map((network) => `    ${network}`),
    ...(rip.passive.length === 0
      ? []
      : ["  Passive Interface(s):", ...rip.passive.map((name) => `    ${name}`)]),
    "  Routing Information Sources:",
    "    Gateway         Distance      Last Update",
    ...(view?.sources ?? []).map(
      ({ address, age }) =>
        `    ${address.padEnd(16)}${String(rip.distance.value).padStart(8)}      ${clockText(age)}`,
    ),
    `  Distance: (default is ${rip.distance.value})`,
    "",
  ];
}

function offsetLines({ offsets }: RipSettings, direction: "in" | "out", word: string): string[] {
  return offsets
    .filter((each) => each.direction === direction)
    .map(({ list, hops, interfaceName }) => {
      const which = list === "0" ? "all networks" : `list ${list}`;
      return `  ${word} routes in ${interfaceName ?? "all interfaces"} will have ${hops} added to metric if on ${which}`;
    });
}
