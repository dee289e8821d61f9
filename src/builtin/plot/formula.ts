/** Returns the right-hand side of `y = …` or `f(x) = …`, and any other text unchanged. */
export const formula = (text: string): string => text.replace(/^\s*(?:y|[A-Za-z]\([A-Za-z]\))\s*=/u, "").trim();
