/** What several of the documents' listings differ in from ours, and what is typed for several of them. */
import type { Difference } from "./transcripts.ts";

export const DEBUG_ALL = ["debug crypto isakmp", "debug crypto engine", "debug crypto ipsec"];

export const SPACES: Difference = {
  theirs: "Old State = IKE_READY New State",
  ours: "Old State = IKE_READY  New State",
  why: "The printed page has lost the second space here, and kept it elsewhere.",
};

export const ENGINE: Difference = {
  theirs: undefined,
  ours: "CryptoEngine0: create ISAKMP SKEYID for conn id 1",
  why: "The chapter's router debugs the engine too, but prints none of its lines; they are those of Examples 13-26 and 13-28.",
};

export const STATES: readonly Difference[] = [
  {
    theirs: undefined,
    ours: "Input = IKE_MSG_FROM_PEER, IKE_MM_EXCH",
    why: "The listing is of IOS 11.3, which does not tell its states. Ours is that of 12.2 (Examples 13-3 and 13-5).",
  },
  {
    theirs: undefined,
    ours: "vendor ID is DPD",
    why: "Such routers do not say yet what they can.",
  },
  {
    theirs: "life duration (basic) of 240",
    ours: "life duration (VPI) of  0x0 0x1 0x51 0x80",
    why: "The lifetime of the default policy is offered, and in four octets it is told octet by octet.",
  },
  {
    theirs: "HMAC algorithm is SHA",
    ours: "authenticator is HMAC-SHA",
    why: "IOS 12.2's words.",
  },
];

export const KEY_ENGINE: readonly Difference[] = [
  {
    theirs: "SRC= ",
    ours: "(key eng. msg.) INBOUND local=",
    why: "IOS 12.2's words: ends are told as ours and theirs, not by the way of a packet.",
  },
  {
    theirs: "src_proxy= ",
    ours: "remote_proxy=",
    why: "The same; the masks of the old listing before a proposal is taken (`0.0.0.0`, `0.0.0.16`) are IOS 11.3's and are no masks.",
  },
];

/** IOS 11.3's words beside those of 12.2; the lifetime is as configured, and told as there. */
export const OLD_ISAKMP = STATES.filter(
  ({ theirs }) => theirs === undefined || theirs === "HMAC algorithm is SHA",
);

/** What the routers of the technical report protect with. */
export const BUNDLE = "ah-sha-hmac esp-des esp-sha-hmac";

/** Lines that give a transform set other transforms. */
export function inConfiguration(set: string, transforms: string): string[] {
  return ["configure terminal", `crypto ipsec transform-set ${set} ${transforms}`, "end"];
}

export const ENGINE_LISTINGS: readonly Difference[] = [
  {
    theirs: "engine name:        unknown",
    ours: "engine name:        skeyid",
    why: "It is known.",
  },
  {
    theirs: undefined,
    ours: "HMAC_SHA+DES_56_CB",
    why: "All SAs are listed: the ISAKMP SA, and those of ESP beside those of AH.",
  },
];

export const SA_WORDS: readonly Difference[] = [
  {
    theirs: "flags={origin_is_acl,ident_is_ipsec,}",
    ours: "flags={origin_is_acl,}",
    why: "As in Examples 13-4 and 13-6.",
  },
  {
    theirs: undefined,
    ours: "inbound pcp sas:",
    why: "IOS 12.2 has a section for compression, which stays empty here.",
  },
  {
    theirs: "supported settings = { Tunnel,  },",
    ours: "supported settings = { Tunnel, Transport,  },",
    why: "Transport mode is there.",
  },
];

export function mapWords(transformSet: string): readonly Difference[] {
  return [
    {
      theirs: "Session key lifetime:",
      ours: "Security association lifetime:",
      why: "Its name since IOS 12.0.",
    },
    {
      theirs: undefined,
      ours: "Interfaces using crypto map test:",
      why: "IOS 12.2 lists them (Example 13-4).",
    },
    {
      theirs: `Transform proposals={ ${transformSet}, }`,
      ours: `Transform sets={ ${transformSet}, }`,
      why: "Its name since IOS 12.0.",
    },
  ];
}

export const CLEARED: readonly Difference[] = [
  {
    theirs: "generate hmac context for conn id 4",
    ours: "sending DELETE, protocol isakmp",
    why: "The peer is told, which IOS 11.3 does not say it does.",
  },
  {
    theirs: undefined,
    ours: 'deleting SA reason "cleared"',
    why: "Why it goes is told.",
  },
];
