/**
 * Estimates a text's tokens: four ASCII characters make one, any other character is one by itself. The estimate is high
 * rather than low for Korean, so that a budget holds whichever model's tokenizer counts.
 */
export const estimateTokens = (text: string): number => Math.ceil(tokensIn(text));

/** As `estimateTokens`, but not rounded up: the estimates of all pieces of a text add up to that of the whole. */
export const tokensIn = (text: string): number => {
  let ascii = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 128) ascii++;
  return ascii / 4 + (text.length - ascii);
};
