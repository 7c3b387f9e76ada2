/** `router rip`: which networks RIP tells of, by which interfaces, and how fast it forgets. */
import type { Configuration, Direction } from "../../config/configuration.ts";
import {
  DEFAULT_RIP_DISTANCE,
  DEFAULT_RIP_TIMERS,
  newRip,
  type RipOffsetSettings,
  type RipSettings,
} from "../../config/rip-settings.ts";
import { majorNetwork } from "../../net/classful.ts";
import { INTERFACE_NAME } from "../interface-names.ts";
import { keeping, keptIn, keptPhrase, unsupported } from "../keeping.ts";
import { defaulted, possible, toggle } from "../lenses.ts";
import { globalSetting, type Mode, opening, type Place, type Statement, statementsAt } from "../mode.ts";
import { replaced } from "../replaced.ts";
import { choice, type Nothing, optional, value, word } from "../sentence.ts";
import { ADDRESS, integer, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

const RIP_PLACE: Place<RipSettings, Nothing> = {
  read: ({ rip }) => rip ?? newRip(undefined),
  write: (configuration, _place, rip) => ({ ...configuration, rip }),
};

const setting = statementsAt(RIP_PLACE);

const VERSION = setting(
  [
    word("version", "Set routing protocol version"),
    choice("version", { "1": [1 as 1 | 2, "version"], "2": [2 as 1 | 2, "version"] }), // one of both
  ],
  possible({
    key: 1,
    read: ({ version }) => version,
    write: (rip, version) => ({ ...rip, version }),
    toValue: ({ version }) => version,
    toArguments: (version) => ({ version }),
  }),
);

const seconds = integer(1, 4_294_967_295);

const TIMERS = setting(
  [
    ...phrase("timers basic", "Basic routing protocol update timers"),
    value("update", integer(0, 4_294_967_295), "Interval between updates for RIP"),
    value("invalid", seconds, "Invalid"),
    value("holddown", integer(0, 4_294_967_295), "Holddown"),
    value("flush", seconds, "Flush"),
  ],
  {
    key: 2,
    set: (rip, timers, origin) => ({ ...rip, timers: { value: timers, origin } }),
    unset: (rip) => ({ ...rip, timers: { value: DEFAULT_RIP_TIMERS, origin: undefined } }),
    get: ({ timers: { value: timers } }, all) => (all || !isDefault(timers) ? [{ ...timers }] : []),
  },
);

function isDefault(timers: RipSettings["timers"]["value"]): boolean {
  const { update, invalid, holddown, flush } = DEFAULT_RIP_TIMERS;
  return (
    timers.update === update &&
    timers.invalid === invalid &&
    timers.holddown === holddown &&
    timers.flush === flush
  );
}

const NETWORK = setting(
  [word("network", "Enable routing on an IP network"), value("network", ADDRESS, "Network number")],
  {
    // IOS keeps the whole network, whatever part of it is named.
    set: (rip, { network }) => ({
      ...rip,
      networks: [...new Set([...rip.networks, majorNetwork(network).address])],
    }),
    unset: (rip, { network }) => ({
      ...rip,
      networks: rip.networks.filter(
        (other) => network === undefined || other !== majorNetwork(network).address,
      ),
    }),
    get: ({ networks }) => networks.map((network) => ({ network })),
  },
);

const PASSIVE = setting(
  [
    word("passive-interface", "Suppress routing updates on an interface"),
    value("name", INTERFACE_NAME, "Interface"),
  ],
  {
    set: (rip, { name }) => ({ ...rip, passive: [...new Set([...rip.passive, name])] }),
    unset: (rip, { name }) => ({ ...rip, passive: rip.passive.filter((other) => other !== name) }),
    get: ({ passive }) => passive.map((name) => ({ name })),
  },
);

const OFFSET = setting(
  [
    word("offset-list", "Add or subtract offset from RIP metrics"),
    value("list", NAME, "Access list of networks to apply offset (0 selects all networks)"),
    choice("direction", {
      in: ["in" as Direction, "Perform offset on incoming updates"], // one of both
      out: ["out" as Direction, "Perform offset on outgoing updates"], // as above
    }),
    value("hops", integer(0, 16), "Offset"),
    optional(value("interfaceName", INTERFACE_NAME, "Interface")),
  ],
  {
    set: (rip, { list, direction, hops, interfaceName }) => {
      const offset: RipOffsetSettings = { list, direction, hops, interfaceName };
      return { ...rip, offsets: replaced(rip.offsets, offset, (other) => isAlike(other, offset)) };
    },
    unset: (rip, { direction, interfaceName }) => ({
      ...rip,
      offsets: rip.offsets.filter((other) => !isAlike(other, { direction, interfaceName })),
    }),
    get: ({ offsets }) => offsets,
  },
);

/** There is one for each direction of an interface, and of all. */
function isAlike(
  offset: RipOffsetSettings,
  {
    direction,
    interfaceName,
  }: { readonly direction: Direction | undefined; readonly interfaceName: string | undefined },
): boolean {
  return offset.direction === direction && offset.interfaceName === interfaceName;
}

const DISTANCE = setting(
  [
    word("distance", "Define an administrative distance"),
    value("distance", integer(1, 255), "Administrative distance"),
  ],
  defaulted({
    key: 1,
    initial: DEFAULT_RIP_DISTANCE,
    read: ({ distance }) => distance,
    write: (rip, distance) => ({ ...rip, distance }),
    toValue: ({ distance }) => distance,
    toArguments: (distance) => ({ distance }),
  }),
);

const AUTO_SUMMARY = setting(
  [word("auto-summary", "Enable automatic network number summarization")],
  toggle({
    initial: true,
    read: ({ autoSummary }) => autoSummary,
    write: (rip, autoSummary) => ({ ...rip, autoSummary }),
  }),
);

const MODE: Mode = {
  title: "RIP",
  prompt: "config-router",
  statements: [
    VERSION,
    TIMERS,
    ...[
      "address-family",
      "default-information",
      "default-metric",
      "distribute-list",
      "neighbor",
      "redistribute",
    ].map((words) => unsupported(kept(words, "What it does on a router is not done here"))),
    PASSIVE,
    OFFSET,
    NETWORK,
    kept("flash-update-threshold", "Specify flash update threshold in second"),
    kept("input-queue", "Specify input queue depth"),
    kept("maximum-paths", "Forward packets over multiple paths"),
    kept("output-delay", "Interpacket delay for RIP updates"),
    kept("traffic-share", "How to compute traffic share over alternate paths"),
    kept("validate-update-source", "Perform sanity checks against source address of routing updates"),
    DISTANCE,
    AUTO_SUMMARY,
  ],
};

function kept(words: string, help: string): Statement {
  const traits = { replaces: "line", keepsNo: true, effect: "none", block: undefined } as const;
  return keeping(keptPhrase(words, help), traits, keptIn(RIP_PLACE));
}

export const ROUTER_RIP = opening(
  globalSetting(phrase("router rip", "Routing Information Protocol (RIP)"), {
    set: (configuration, _args, origin): Configuration =>
      configuration.rip === undefined ? { ...configuration, rip: newRip(origin) } : configuration,
    unset: (configuration): Configuration => ({ ...configuration, rip: undefined }),
    get: ({ rip }) => (rip === undefined ? [] : [{}]),
  }),
  MODE,
);
