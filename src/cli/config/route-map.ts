/** `route-map`: entries that each say which packets they are for, and where those go. */
import type { Configuration, RouteMapEntrySettings } from "../../config/configuration.ts";
import {
  DEFAULT_ROUTE_MAP_ACTION,
  DEFAULT_ROUTE_MAP_SEQUENCE,
  newRouteMapEntry,
} from "../../config/defaults.ts";
import { INTERFACE_NAME } from "../interface-names.ts";
import { keeping, keptIn, keptPhrase, unsupported } from "../keeping.ts";
import {
  globalSetting,
  type Lens,
  type Mode,
  opening,
  type Place,
  type Statement,
  statementsAt,
} from "../mode.ts";
import { choice, optional, repeated, value } from "../sentence.ts";
import { ADDRESS, integer, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

type Action = RouteMapEntrySettings["action"];

interface EntryPlace {
  readonly name: string;
  readonly action: Action | undefined;
  readonly sequence: number | undefined;
}

const ENTRY_PLACE: Place<RouteMapEntrySettings, EntryPlace> = {
  read: (configuration, { name, action, sequence }) =>
    entryNamed(configuration, name, sequence) ??
    newRouteMapEntry(
      name,
      action ?? DEFAULT_ROUTE_MAP_ACTION,
      sequence ?? DEFAULT_ROUTE_MAP_SEQUENCE,
      undefined,
    ),
  write: (configuration, _place, entry) => withEntry(configuration, entry),
};

const setting = statementsAt(ENTRY_PLACE);

/** In a line. */
const VALUES_MAX = 8;

const MATCH_ADDRESS = setting(
  [
    ...phrase("match ip address", "Match address of route or match packet"),
    repeated("values", NAME, VALUES_MAX, "IP access-list number or name"),
  ],
  gathered({
    key: 3,
    read: (entry) => entry.accessLists,
    write: (entry, accessLists) => ({ ...entry, accessLists }),
  }),
);

const SET_NEXT_HOP = setting(
  [
    ...phrase("set ip next-hop", "Next hop address"),
    repeated("values", ADDRESS, VALUES_MAX, "IP address of next hop"),
  ],
  gathered({ key: 3, read: (entry) => entry.nextHops, write: (entry, nextHops) => ({ ...entry, nextHops }) }),
);

const SET_INTERFACE = setting(
  [
    ...phrase("set interface", "Output interface"),
    repeated("values", INTERFACE_NAME, VALUES_MAX, "Output interface"),
  ],
  gathered({
    key: 2,
    read: (entry) => entry.interfaces,
    write: (entry, interfaces) => ({ ...entry, interfaces }),
  }),
);

/** Values that lines add to each other. */
function gathered<V extends string>(own: {
  readonly key: number;
  read(entry: RouteMapEntrySettings): readonly V[];
  write(entry: RouteMapEntrySettings, values: readonly V[]): RouteMapEntrySettings;
}): Lens<RouteMapEntrySettings, { readonly values: readonly V[] }> {
  return {
    key: own.key,
    set: (entry, { values }) => own.write(entry, [...new Set([...own.read(entry), ...values])]),
    unset: (entry, { values }) =>
      own.write(
        entry,
        own.read(entry).filter((each) => values !== undefined && !values.includes(each)),
      ),
    get: (entry) => {
      const values = own.read(entry);
      const lines = Math.ceil(values.length / VALUES_MAX);
      return Array.from({ length: lines }, (_, line) => ({
        values: values.slice(line * VALUES_MAX, (line + 1) * VALUES_MAX),
      }));
    },
  };
}

const ENTRY_MODE: Mode = {
  title: "Route map",
  prompt: "config-route-map",
  statements: [
    kept("description", "Route-map comment"),
    MATCH_ADDRESS,
    ...["interface", "metric", "tag", "route-type", "community", "as-path"].map((what) =>
      kept(`match ${what}`, "Match values of routes"),
    ),
    kept("match ip next-hop", "Match next-hop address of route"),
    kept("match ip route-source", "Match advertising source address of route"),
    unsupported(kept("match length", "Packet length")),
    SET_INTERFACE,
    SET_NEXT_HOP,
    unsupported(kept("set default", "Set default information")),
    unsupported(kept("set ip default next-hop", "Next hop along path")),
    unsupported(kept("set ip df", "Set DF bit")),
    unsupported(kept("set ip precedence", "Set precedence field")),
    unsupported(kept("set ip tos", "Set type of service field")),
    ...["as-path", "community", "local-preference", "metric", "metric-type", "origin", "tag", "weight"].map(
      (what) => kept(`set ${what}`, "Set values of routes"),
    ),
    kept("continue", "Continue on a different entry within the route-map"),
  ],
};

function kept(words: string, help: string): Statement {
  const traits = { replaces: "line", keepsNo: false, effect: "none", block: undefined } as const;
  return keeping(keptPhrase(words, help), traits, keptIn(ENTRY_PLACE));
}

export const ROUTE_MAP = opening(
  globalSetting(
    [
      ...phrase("route-map", "Create route-map or enter route-map command mode"),
      value("name", NAME, "Route map tag"),
      optional(
        choice("action", {
          deny: ["deny" as Action, "Route map denies set operations"], // one of both, not each for itself
          permit: ["permit" as Action, "Route map permits set operations"], // as above
        }),
      ),
      optional(
        value("sequence", integer(0, 65_535), "Sequence to insert to/delete from existing route-map entry"),
      ),
    ],
    {
      key: 2,
      set: (configuration, { name, action, sequence }, origin) => {
        const old = entryNamed(configuration, name, sequence);
        if (old !== undefined && (action === undefined || action === old.action)) return configuration;
        const asked = action ?? DEFAULT_ROUTE_MAP_ACTION;
        return withEntry(
          configuration,
          old === undefined
            ? newRouteMapEntry(name, asked, sequence ?? DEFAULT_ROUTE_MAP_SEQUENCE, origin)
            : { ...old, action: asked },
        );
      },
      unset: (configuration, { name, sequence }) => ({
        ...configuration,
        routeMaps: configuration.routeMaps.filter(
          (entry) => entry.name !== name || (sequence !== undefined && entry.sequence !== sequence),
        ),
      }),
      get: ({ routeMaps }) => routeMaps.map(({ name, action, sequence }) => ({ name, action, sequence })),
    },
  ),
  ENTRY_MODE,
);

function entryNamed(
  { routeMaps }: Configuration,
  name: string,
  sequence: number = DEFAULT_ROUTE_MAP_SEQUENCE,
): RouteMapEntrySettings | undefined {
  return routeMaps.find((entry) => entry.name === name && entry.sequence === sequence);
}

/** Maps as they were made, entries ascending. */
function withEntry(configuration: Configuration, entry: RouteMapEntrySettings): Configuration {
  const others = configuration.routeMaps.filter(
    (other) => other.name !== entry.name || other.sequence !== entry.sequence,
  );
  const isBefore = (other: RouteMapEntrySettings) =>
    other.name === entry.name && other.sequence < entry.sequence;
  const at = others.findLastIndex(isBefore) + 1;
  const first = others.findIndex(({ name }) => name === entry.name);
  const index = at > 0 ? at : first >= 0 ? first : others.length;
  return { ...configuration, routeMaps: others.toSpliced(index, 0, entry) };
}
