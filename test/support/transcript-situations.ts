/** The situations of the documents' listings, in the order of their pages. */
import { CHAPTER_SITUATIONS } from "./chapter-situations.ts";
import { RSA_SITUATIONS } from "./rsa-situations.ts";
import { TECHNICAL_REPORT_SITUATIONS } from "./technical-report-situations.ts";
import type { Situation } from "./transcripts.ts";

export const SITUATIONS: readonly Situation[] = [
  ...CHAPTER_SITUATIONS,
  ...RSA_SITUATIONS,
  ...TECHNICAL_REPORT_SITUATIONS,
];
