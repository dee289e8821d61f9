import type { Locale } from "../../domain/run.ts";

/** Any Hangul makes it Korean; all else, a bare formula too, is answered in English. */
export const languageOf = (text: string): Locale =>
  /[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]/.test(text) ? "ko" : "en";
