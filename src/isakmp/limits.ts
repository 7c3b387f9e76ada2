/** How much one message may carry. Every count is also bounded by the message's length; these bound what is kept of it. */

/** Vendor ids make the longest chains seen: about 20. A datagram could carry 16,000 empty payloads. */
export const PAYLOADS_MAX = 64;

/** Proposals of one SA payload. Routers offer one per crypto-map transform set, daemons a dozen. */
export const PROPOSALS_MAX = 64;

/** Transforms of one SA payload in all. The count field of one proposal ends at 255. */
export const TRANSFORMS_MAX = 512;

/** Attributes of one transform. RFC 2409 Appendix A defines 16, several life types may repeat two of them. */
export const TRANSFORM_ATTRIBUTES_MAX = 32;

/** Attributes of one Mode Config message: one for every network that is split off, in some implementations. */
export const CONFIGURATION_ATTRIBUTES_MAX = 512;

/** SPIs of one Delete payload. */
export const SPIS_MAX = 256;
