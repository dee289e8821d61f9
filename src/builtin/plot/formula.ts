/** The right-hand side of `y = …` or `f(x) = …`; any other text as it is. */
export const formula = (text: string): string => text.replace(/^\s*(?:y|[A-Za-z]\([A-Za-z]\))\s*=/u, "").trim();
