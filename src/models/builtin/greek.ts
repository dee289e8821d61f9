/** Greek letters that serve as variables, and their names in the tools' notation and in LaTeX. π is a constant, no variable. */
export const GREEK: ReadonlyMap<string, string> = new Map([
  ["α", "alpha"],
  ["β", "beta"],
  ["γ", "gamma"],
  ["δ", "delta"],
  ["θ", "theta"],
  ["λ", "lambda"],
  ["μ", "mu"],
  ["σ", "sigma"],
  ["τ", "tau"],
  ["φ", "phi"],
  ["ω", "omega"],
]);
