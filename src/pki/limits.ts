/** Bounds on what a certificate that anybody may send can cost, each with its reason. */

/** Octets of one certificate. With a key of 4096 bits and every usual extension it has some 2000. */
export const CERTIFICATE_OCTETS_MAX = 16_384;
/** Octets of a list of revoked certificates, which is of the configuration: some 30,000 of them. */
export const REVOCATION_LIST_OCTETS_MAX = 1_048_576;
/** Certificates between that of the peer and that of the authority we trust. */
export const INTERMEDIATES_MAX = 4;
/** Signatures that are checked in the search for a chain: names that fit many issuers would make it long. */
export const SIGNATURES_CHECKED_MAX = 16;
