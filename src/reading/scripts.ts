/** Writes superscripts and subscripts in plain text: flattened, 10⁵ would read as 105. */

const DIGITS = "0123456789+-=()";
const RAISED = characters(`${DIGITS}−abcdefghijklmnoprstuvwxyz`, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ");
const LOWERED = characters(`${DIGITS}−aehijklmnoprstuvx`, "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ");

function characters(from: string, to: string): ReadonlyMap<string, string> {
  const others = [...to];
  return new Map([...from].map((character, at) => [character, others[at] ?? ""]));
}

/** Small only for looks: ordinals (1st, 1er), marks (™), references to notes ([1], *). */
const PLAIN = /^(?:st|nd|rd|th|er|re|e|o|a|tm|sm|[®©™*†‡º°ª]|\[[^\]]{1,8}\])$/i;

/** `5` becomes ⁵, `n+1` ⁿ⁺¹, `ab` ^(ab). Text that is raised only for looks is unchanged. */
export const superscript = (raised: string): string => {
  const text = raised.replace(/\s+/g, " ").trim();
  return PLAIN.test(text) && text.length > 1 ? text : script(text, RAISED, "^");
};

/** `2` becomes ₂, `max` _(max). */
export const subscript = (lowered: string): string => script(lowered.replace(/\s+/g, " ").trim(), LOWERED, "_");

const script = (text: string, small: ReadonlyMap<string, string>, mark: "^" | "_"): string => {
  if (text === "" || /^[*†‡®©™º°ª′″'"]+$/.test(text)) return text;
  const isWord = /^\p{L}{2,}$/u.test(text);
  const each = [...text].map((character) => small.get(character));
  return !isWord && each.every((character) => character !== undefined) ? each.join("") : `${mark}(${text})`;
};
