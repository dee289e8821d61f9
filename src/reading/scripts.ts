/** Raised and lowered text in a line of its own kind: what is flattened (10⁵ to 105) says something else. */

const DIGITS = "0123456789+-=()";
const RAISED = characters(`${DIGITS}−abcdefghijklmnoprstuvwxyz`, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ");
const LOWERED = characters(`${DIGITS}−aehijklmnoprstuvx`, "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ");

function characters(from: string, to: string): ReadonlyMap<string, string> {
  const others = [...to];
  return new Map([...from].map((character, at) => [character, others[at] ?? ""]));
}

/** Small only for looks: ordinals (1st, 1er), marks (™), references to notes ([1], *). */
const PLAIN = /^(?:st|nd|rd|th|er|re|e|o|a|tm|sm|[®©™*†‡º°ª]|\[[^\]]{1,8}\])$/i;

/** `5` as ⁵, `n+1` as ⁿ⁺¹, `ab` as ^(ab); as it stands where it is raised for looks alone. */
export const superscript = (raised: string): string => {
  const text = raised.replace(/\s+/g, " ").trim();
  return PLAIN.test(text) && text.length > 1 ? text : script(text, RAISED, "^");
};

/** `2` as ₂, `max` as _(max). */
export const subscript = (lowered: string): string => script(lowered.replace(/\s+/g, " ").trim(), LOWERED, "_");

const script = (text: string, small: ReadonlyMap<string, string>, mark: "^" | "_"): string => {
  if (text === "" || /^[*†‡®©™º°ª′″'"]+$/.test(text)) return text;
  const isWord = /^\p{L}{2,}$/u.test(text);
  const each = [...text].map((character) => small.get(character));
  return !isWord && each.every((character) => character !== undefined) ? each.join("") : `${mark}(${text})`;
};
