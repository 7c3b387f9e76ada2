/** What strangers can make the ways in hold or do, each with its reason. */
export const WAYS_IN_LIMITS = {
  /** Connections without a login at once, where `ip ssh maxstartups` says nothing: as sshd. */
  unauthenticated: 10,
  /** Of these from one address, so that one stranger does not take them all. */
  unauthenticatedByAddress: 4,
  /** Connections that an address may begin in a minute: more than a busy tool, far fewer than passwords to guess. */
  connectionsPerMinute: 60,
  /** Addresses counted at once; the oldest is forgotten. */
  addresses: 1000,
  /** Milliseconds before the answer to a wrong password: with the limit above, a few slow hashes a second. */
  refusalDelay: 1500,
  /** Octets that wait for whoever does not read, before the session ends. */
  unread: 1 << 20,
  /** Shells and commands of one SSH connection. */
  channels: 4,
  /** Characters of a line at a login prompt. */
  loginLine: 128,
} as const;
