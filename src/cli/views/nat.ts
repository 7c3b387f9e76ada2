/** `show ip nat translations` and `show ip nat statistics`. */
import type { Configuration } from "../../config/configuration.ts";
import { PROTOCOL, PROTOCOL_KEYWORDS } from "../../net/protocols.ts";
import type { ConversationEnd } from "../../net/readdressing.ts";
import type { NatView, TranslationView } from "../services.ts";

/** Where packets pass elsewhere than in the gateway, nothing is known of them. */
export function showTranslations(nat: NatView | undefined): string[] {
  if (nat === undefined) return [ELSEWHERE];
  if (nat.translations.length === 0) return [];
  return [
    row("Pro", "Inside global", "Inside local", "Outside local", "Outside global"),
    ...nat.translations.map(line),
  ];
}

function line({ protocol, local, global, outside }: TranslationView): string {
  const name = protocol === 0 ? "---" : protocolName(protocol);
  // An echo has one identifier, which is the far end's too.
  const far = [local, global].map(({ port }) =>
    outside === undefined
      ? "---"
      : endText(protocol, protocol === PROTOCOL.ICMP ? { ...outside, port } : outside),
  );
  return row(name, endText(protocol, global), endText(protocol, local), ...far);
}

/** `ipinip` does not go into the column. */
function protocolName(protocol: number): string {
  const keyword = protocol === PROTOCOL.IPV4 ? undefined : PROTOCOL_KEYWORDS.get(protocol);
  return keyword ?? String(protocol);
}

function endText(protocol: number, { address, port }: ConversationEnd): string {
  return protocol === 0 ? address : `${address}:${port}`;
}

function row(protocol: string, global: string, ...others: readonly string[]): string {
  const columns = [global, ...others].map((text) => text.padEnd(COLUMN - 1));
  return [protocol.padEnd(PROTOCOL_COLUMN - 1), ...columns].join(" ").trimEnd();
}

export function showNatStatistics(
  { interfaces, nat: { sources } }: Configuration,
  nat: NatView | undefined,
): string[] {
  if (nat === undefined) return [ELSEWHERE];
  const { translations, hits, misses, expired } = nat;
  const statics = translations.filter(({ isStatic }) => isStatic).length;
  const extended = translations.filter(({ protocol }) => protocol !== 0).length;
  const names = (isMeant: (own: (typeof interfaces)[number]) => boolean) =>
    interfaces.filter(isMeant).map(({ name }) => `  ${name}`);
  return [
    `Total active translations: ${translations.length} (${statics} static, ${translations.length - statics} dynamic; ${extended} extended)`,
    "Outside interfaces:",
    ...names(({ natOutside }) => natOutside.value),
    "Inside interfaces: ",
    ...names(({ natInside }) => natInside.value),
    `Hits: ${hits}  Misses: ${misses}`,
    `Expired translations: ${expired}`,
    "Dynamic mappings:",
    ...(sources.length === 0 ? [] : ["-- Inside Source"]),
    ...sources.map(({ match, to }) => {
      const what = match.kind === "list" ? "access-list" : "route-map";
      return `${what} ${match.name} ${to.kind} ${to.name}`;
    }),
  ];
}

const ELSEWHERE = "% Addresses are translated by the kernel: `nft list ruleset` and `conntrack -L` show how.";
const PROTOCOL_COLUMN = 4;
const COLUMN = 19;
