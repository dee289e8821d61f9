/**
 * About how many tokens a text is: four ASCII characters make one, any other character is one by itself. High rather than
 * low for Korean, so that a budget is kept whichever model's tokenizer counts.
 */
export const estimateTokens = (text: string): number => Math.ceil(tokensIn(text));

/** The same without rounding up: of a text that comes in pieces, all pieces together make what the whole does. */
export const tokensIn = (text: string): number => {
  let ascii = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 128) ascii++;
  return ascii / 4 + (text.length - ascii);
};
