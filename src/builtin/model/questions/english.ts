/**
 * Words that ask, greet or thank, and do not change what is asked. The list is closed: every other word has a meaning.
 */
const ANYWHERE = /\b(?:please|pls|kindly|the|an|a)\b/g;
const LEADING =
  /^(?:(?:hi|hello|hey|ok|okay|so|now|then|well|thanks|thank you|sure|good (?:morning|afternoon|evening)|there|yeoul)[,.! ]+|(?:can|could|would|will) (?:you|we|i) |do you know |i (?:want|need|would like) (?:you )?to (?:know |see )?|i need |help me (?:to )?|let me know |(?:tell|show|give) me |let us |what (?:is|s|are|will be|would be) |whats |how much (?:is|are) |how (?:do|can|would|should) (?:i|you|we) |how to |find(?: out)? |calculate |compute |evaluate |determine |work out |figure out |get |state |(?:exact |numerical )?value of |answer (?:to|of|for) |result of |(?:following|given|this|number|expression|question|problem)s?[:,]? )+/;
const TRAILING =
  /(?: (?:please|thanks|thank you|for me|now|again|step by step|with steps|is what|equals what|equal to|equal|is|exactly|quickly))$/;
const PUNCTUATION = /[\s?.!:;,~=]+$/;

/**
 * Reduces an English question to what patterns match: lower case, no articles, no politeness, and no words before or
 * after that only ask.
 */
export const canonicalEnglish = (text: string): string => {
  let current = text
    .toLowerCase()
    .replace(/([a-z]) ?: ?/g, "$1 ")
    .replace(ANYWHERE, " ")
    .replace(/\s+/g, " ")
    .replace(/ ?([,;]) ?/g, "$1")
    .replace(/ ?([\ue000-\ue8ff]) ?/g, " $1 ")
    .replace(/ ?([,;]) ?/g, "$1")
    .replace(/ +/g, " ")
    .trim();
  for (let before = ""; before !== current; ) {
    before = current;
    current = `${current} `.replace(LEADING, "").trim().replace(PUNCTUATION, "").replace(TRAILING, "").trim();
    current = current.replace(/^[,.!:;]+ ?/, "");
  }
  return current;
};

/** Words that no rule has to account for. */
export const ENGLISH_FILLERS: readonly string[] =
  `${LEADING.source} ${TRAILING.source} ${ANYWHERE.source}`.match(/[a-z]+/g) ?? [];
