/** What reading a capture may cost beyond its own length. A capture can be made by anybody. */

/** Interfaces of one pcapng section. Captures on all interfaces of a large host have a few dozen. */
export const INTERFACES_MAX = 1024;

/** Datagrams whose fragments are being collected at the same time; the oldest gives way. */
export const REASSEMBLIES_MAX = 64;

/** Fragments of one datagram: 65,535 octets over links of 1,280 octets need 52. */
export const FRAGMENTS_MAX = 64;

/** VLAN tags and IPv6 extension headers in a row. */
export const NESTED_HEADERS_MAX = 8;

/** ISAKMP SAs whose keys and IVs are remembered; the oldest gives way. */
export const NEGOTIATIONS_MAX = 4096;

/** Exchanges under one ISAKMP SA whose IVs are remembered; the oldest gives way. */
export const EXCHANGES_MAX = 1024;

/** Last ciphertext blocks that are tried as the IV of a message: one for each message its exchange can have had before. */
export const IV_CANDIDATES_MAX = 8;

/** Octets of ISAKMP whose payloads are told: some 10,000 messages. What is told takes 200 times the space of what it is about. */
export const TOLD_OCTETS_MAX = 4 * 1024 * 1024;
