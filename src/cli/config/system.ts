/** Who the router is, whom it knows by name, and its static routes. */
import type { Configuration, HostSettings, RouteSettings } from "../../config/configuration.ts";
import { DEFAULT_DISTANCE, DEFAULT_HOSTNAME, defaultSetting } from "../../config/defaults.ts";
import { blockOf, maskOf } from "../../net/selector.ts";
import { INTERFACE_NAME } from "../interface-names.ts";
import { defaulted, possible } from "../lenses.ts";
import { globalSetting, type Statement } from "../mode.ts";
import { replaced } from "../replaced.ts";
import { anyOrder, flag, oneOf, optional, repeated, value, word } from "../sentence.ts";
import { ADDRESS, HOST_NAME, integer, MASK, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

export const HOSTNAME = hostnameSetting(DEFAULT_HOSTNAME);

/** `initial`: IOS and the PIX differ. */
export function hostnameSetting(initial: string): Statement {
  return globalSetting(
    [...phrase("hostname", "Set system's network name"), value("name", NAME, "This system's network name")],
    defaulted({
      key: 1,
      initial,
      read: (configuration) => configuration.hostname,
      write: (configuration, hostname) => ({ ...configuration, hostname }),
      toValue: ({ name }) => name,
      toArguments: (name) => ({ name }),
    }),
  );
}

/** As IOS 12 prints it; `ip domain name` is how later ones do. */
export const DOMAIN_NAME = domainName("ip domain-name", true);
export const DOMAIN_NAME_LATER = domainName("ip domain name", false);
export const PIX_DOMAIN_NAME = domainName("domain-name", true);

function domainName(words: string, prints: boolean) {
  const lens = possible<Configuration, { readonly name: string }, string>({
    key: words.split(" ").length,
    read: (configuration) => configuration.domainName,
    write: (configuration, domainName) => ({ ...configuration, domainName }),
    toValue: ({ name }) => name,
    toArguments: (name) => ({ name }),
  });
  return globalSetting(
    [...phrase(words, "Define the default domain name"), value("name", NAME, "Default domain name")],
    prints ? lens : { ...lens, get: () => [] },
  );
}

export const IP_HOST = globalSetting(
  [
    ...phrase("ip host", "Add an entry to the ip hostname table"),
    value("name", HOST_NAME, "Name of host"),
    repeated("addresses", ADDRESS, 8, "Host IP address"),
  ],
  {
    key: 3,
    set: (configuration, { name, addresses }, origin) => {
      const host: HostSettings = { name, addresses, origin };
      return {
        ...configuration,
        hosts: replaced(configuration.hosts, host, (other) => isNamed(other, name)),
      };
    },
    unset: (configuration, { name }) => ({
      ...configuration,
      hosts: configuration.hosts.filter((other) => !isNamed(other, name ?? "")),
    }),
    get: ({ hosts }) => hosts.map(({ name, addresses }) => ({ name, addresses })),
  },
);

function isNamed(host: HostSettings, name: string): boolean {
  return host.name.toLowerCase() === name.toLowerCase();
}

export const IP_ROUTE = globalSetting(
  [
    ...phrase("ip route", "Establish static routes"),
    value("network", ADDRESS, "Destination prefix"),
    value("mask", MASK, "Destination prefix mask"),
    oneOf("via", {
      neighbour: [value("nextHop", ADDRESS, "Forwarding router's address")],
      interface: [
        value("name", INTERFACE_NAME, "Interface to send by"),
        optional(value("nextHop", ADDRESS, "Forwarding router's address")),
      ],
    }),
    optional(value("distance", integer(1, 255), "Distance metric for this route")),
    anyOrder(
      0,
      [word("name", "Specify name of the next hop"), value("label", NAME, "Name of the next hop")],
      [flag("permanent", "permanent", "permanent route")],
      [word("tag", "Set tag for this route"), value("tag", integer(1, 4_294_967_295), "Tag value")],
    ),
  ],
  {
    key: 4,
    set: (configuration, args, origin) => {
      const { network, mask, via, distance, label, tag, permanent } = args;
      const prefix = blockOf(network, mask);
      if (prefix.address !== network) return { refused: "%Inconsistent address and mask" };
      const route: RouteSettings = {
        prefix,
        nextHop: via.nextHop,
        interfaceName: via.kind === "interface" ? via.name : undefined,
        distance: distance === undefined ? defaultSetting(DEFAULT_DISTANCE) : { value: distance, origin },
        label,
        tag,
        isPermanent: permanent === true,
        origin,
      };
      return {
        ...configuration,
        routes: replaced(configuration.routes, route, (other) => isSamePath(other, route)),
      };
    },
    unset: (configuration, { network, mask, via }) => {
      const isMeant = (route: RouteSettings) =>
        route.prefix.address === network &&
        maskOf(route.prefix) === mask &&
        (via === undefined ||
          (via.nextHop === route.nextHop &&
            (via.kind === "interface" ? via.name : undefined) === route.interfaceName));
      return { ...configuration, routes: configuration.routes.filter((route) => !isMeant(route)) };
    },
    get: ({ routes }, all) =>
      routes.map(({ prefix, nextHop, interfaceName, distance, label, tag, isPermanent }) => ({
        network: prefix.address,
        mask: maskOf(prefix) ?? prefix.wildcard,
        via:
          interfaceName === undefined && nextHop !== undefined
            ? { kind: "neighbour" as const, nextHop }
            : { kind: "interface" as const, name: interfaceName ?? "", nextHop },
        distance: all || distance.value !== DEFAULT_DISTANCE ? distance.value : undefined,
        label,
        tag,
        permanent: isPermanent ? (true as const) : undefined,
      })),
  },
);

function isSamePath(a: RouteSettings, b: RouteSettings): boolean {
  return (
    a.prefix.address === b.prefix.address &&
    a.prefix.wildcard === b.prefix.wildcard &&
    a.nextHop === b.nextHop &&
    a.interfaceName === b.interfaceName
  );
}
