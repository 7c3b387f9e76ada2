/** What readers of events hold and show of what peers can make long or many. All are ours (IMPLEMENTATION). */

export const OBSERVE_LIMITS = {
  /** Negotiations under way that a debugging session can follow at one time. */
  followedNegotiations: 256,
  /** Log lines of one mnemonic about one peer, in `logPeriodMilliseconds`: every attempt of an operator, no full disk. */
  logLinesPerPeriod: 5,
  logPeriodMilliseconds: 60_000,
  /** Mnemonics and peers that are counted; beyond that the oldest count is forgotten. */
  logCounts: 1024,
  /** Octets of log lines that are kept, whatever `logging buffered` asks for. */
  bufferOctets: 16 << 20,
  /** SPIs of a Delete payload that are printed. */
  shownSpis: 8,
  /** Octets of an attribute that are printed. */
  shownOctets: 32,
  /** Characters of a text of a peer's. */
  textCharacters: 400,
  /** Characters of an explanation, which may quote identities and lines. */
  sentenceCharacters: 1000,
  /** Rows of a ladder: what a person can read, and what a long simulation may cost. */
  ladderRows: 2000,
} as const;
