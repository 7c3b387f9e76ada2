/** Exchange types: RFC 2408 §3.1, RFC 2409 Appendix A; 6 is Mode Config's and XAUTH's. */
export const EXCHANGE_TYPE = {
  NONE: 0,
  Base: 1,
  "Identity Protection": 2,
  "Authentication Only": 3,
  Aggressive: 4,
  Informational: 5,
  Transaction: 6,
  "Quick Mode": 32,
  "New Group Mode": 33,
} as const;
