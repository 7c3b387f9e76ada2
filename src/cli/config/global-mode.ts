/** Global configuration: all statements, in the order in which IOS prints them. A line divides what `!` divides. */
import type { Mode, Statement } from "../mode.ts";
import { NAMED_ACCESS_LIST, NUMBERED_ACCESS_LIST, OTHER_ACCESS_LISTS } from "./access-list.ts";
import { MAXIMUM_IN_NEGOTIATION, MAXIMUM_SAS } from "./call-admission.ts";
import {
  CRYPTO_MAP_DYNAMIC_ENTRY,
  CRYPTO_MAP_ENTRY,
  CRYPTO_MAP_KNOWN_ENTRY,
  CRYPTO_MAP_LOCAL_ADDRESS,
  CRYPTO_MAP_MANUAL_ENTRY,
  CRYPTO_MAP_OTHERS,
  DYNAMIC_MAP_ENTRY,
} from "./crypto-map.ts";
import {
  AES_ENCRYPTION,
  ENABLE_ALGORITHM,
  ENABLE_PASSWORD,
  ENABLE_SECRET,
  PASSWORD_ENCRYPTION,
} from "./enable.ts";
import { INTERFACE } from "./interface.ts";
import { SSH_PUBKEY_CHAIN, SSH_SETTINGS } from "./ip-ssh.ts";
import { IPSEC_IDLE_TIME, IPSEC_LIFETIME_KILOBYTES, IPSEC_LIFETIME_SECONDS, TRANSFORM_SET } from "./ipsec.ts";
import { ISAKMP_ENABLE, ISAKMP_IDENTITY, ISAKMP_KEY, ISAKMP_POLICY } from "./isakmp.ts";
import { ISAKMP_FRAGMENTATION } from "./isakmp-fragmentation.ts";
import { INVALID_SPI_RECOVERY } from "./isakmp-invalid-spi.ts";
import { ISAKMP_KEEPALIVE } from "./isakmp-keepalive.ts";
import { AGGRESSIVE_MODE_DISABLE, ISAKMP_PEER } from "./isakmp-peer.ts";
import {
  LINES_AFTER_TERMINALS,
  LINES_AT_THE_END,
  LINES_OF_FORWARDING,
  LINES_OF_IPSEC,
  LINES_OF_ISAKMP,
  LINES_OF_KEYS,
  LINES_OF_NAMES,
  LINES_OF_ROUTING,
  LINES_OF_SERVERS,
  LINES_OF_THE_SYSTEM,
} from "./kept-global-lines.ts";
import { LINE, OTHER_LINES } from "./line.ts";
import { LOCAL_POLICY } from "./local-policy.ts";
import { LOG_SERVER_STATEMENTS, LOGGING_STATEMENTS } from "./logging.ts";
import { NAT_POOL, NAT_SOURCE } from "./nat.ts";
import { NAT_KEEPALIVE, NAT_TRANSPARENCY } from "./nat-traversal.ts";
import { DF_BIT, FRAGMENTATION } from "./oversized-packets.ts";
import { PRIVILEGE, PRIVILEGE_RESET } from "./privilege.ts";
import { PUBKEY_CHAIN } from "./public-key.ts";
import { IPSEC_REPLAY } from "./replay-checking.ts";
import { ROUTE_MAP } from "./route-map.ts";
import { ROUTER_RIP } from "./router-rip.ts";
import { NAMED_STANDARD_LIST, NUMBERED_STANDARD_LIST } from "./standard-access-list.ts";
import { NAT_STATIC } from "./static-nat.ts";
import { CLOCK_SUMMER_TIME } from "./summer-time.ts";
import { DOMAIN_NAME, DOMAIN_NAME_LATER, HOSTNAME, IP_HOST, IP_ROUTE } from "./system.ts";
import { CLOCK_TIMEZONE, SERVICE_STATEMENTS } from "./timestamps.ts";
import { CA_STATEMENTS } from "./trustpoint.ts";
import { USERNAME } from "./username.ts";

/** Statements that print together. */
export const SECTIONS: readonly (readonly Statement[])[] = [
  [HOSTNAME],
  [
    ...SERVICE_STATEMENTS,
    PASSWORD_ENCRYPTION,
    ...LINES_OF_THE_SYSTEM,
    ...LOGGING_STATEMENTS,
    ENABLE_SECRET,
    ENABLE_ALGORITHM,
    ENABLE_PASSWORD,
    AES_ENCRYPTION,
    USERNAME,
    CLOCK_TIMEZONE,
    CLOCK_SUMMER_TIME,
  ],
  [...LINES_OF_NAMES, DOMAIN_NAME, DOMAIN_NAME_LATER, IP_HOST, ...SSH_SETTINGS, SSH_PUBKEY_CHAIN],
  [
    ISAKMP_ENABLE,
    ISAKMP_POLICY,
    ISAKMP_KEY,
    ISAKMP_IDENTITY,
    AGGRESSIVE_MODE_DISABLE,
    ISAKMP_KEEPALIVE,
    INVALID_SPI_RECOVERY,
    ISAKMP_FRAGMENTATION,
    NAT_KEEPALIVE,
    ISAKMP_PEER,
    MAXIMUM_SAS,
    MAXIMUM_IN_NEGOTIATION,
    ...LINES_OF_ISAKMP,
  ],
  [
    IPSEC_LIFETIME_KILOBYTES,
    IPSEC_LIFETIME_SECONDS,
    IPSEC_IDLE_TIME,
    ...IPSEC_REPLAY,
    TRANSFORM_SET,
    DF_BIT,
    FRAGMENTATION,
    NAT_TRANSPARENCY,
    ...LINES_OF_IPSEC,
  ],
  [DYNAMIC_MAP_ENTRY],
  [
    CRYPTO_MAP_LOCAL_ADDRESS,
    ...CRYPTO_MAP_OTHERS,
    CRYPTO_MAP_ENTRY,
    CRYPTO_MAP_MANUAL_ENTRY,
    CRYPTO_MAP_DYNAMIC_ENTRY,
    CRYPTO_MAP_KNOWN_ENTRY,
  ],
  [...CA_STATEMENTS, PUBKEY_CHAIN, ...LINES_OF_KEYS],
  [INTERFACE],
  [
    ROUTER_RIP,
    ...LINES_OF_ROUTING,
    LOCAL_POLICY,
    ...LINES_OF_FORWARDING,
    NAT_POOL,
    NAT_SOURCE,
    NAT_STATIC,
    IP_ROUTE,
    ...LINES_OF_SERVERS,
  ],
  [NAMED_STANDARD_LIST, NAMED_ACCESS_LIST],
  [NUMBERED_STANDARD_LIST, NUMBERED_ACCESS_LIST, OTHER_ACCESS_LISTS],
  [ROUTE_MAP],
  [
    ...LOG_SERVER_STATEMENTS,
    PRIVILEGE,
    PRIVILEGE_RESET,
    ...LINES_AT_THE_END,
    LINE,
    ...OTHER_LINES,
    ...LINES_AFTER_TERMINALS,
  ],
];

export const GLOBAL_MODE: Mode = {
  title: "Global configuration",
  prompt: "config",
  statements: SECTIONS.flat(),
};
