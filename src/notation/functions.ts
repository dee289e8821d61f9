/** Functions that accept an argument without parentheses: `sin 2x`, `log 100`. */
const ELEMENTARY =
  "sin cos tan sec csc cot asin acos atan asec acsc acot sinh cosh tanh sech csch coth asinh acosh atanh sqrt cbrt exp log log10 log2 logarithm";
const OTHERS =
  "nthroot abs factorial sign floor ceil round gcd lcm min max mod erf binomial permutations " +
  "simplify expand factor partfrac diff integrate defint limit sum product " +
  "mean median mode variance deviation det inverse matmul base percent distance slope midpoint tangent vertex extrema value";

/**
 * The functions of the notation. `log` is natural, `log10` and `log2` are to base 10 and 2, and `log(x, b)` is to base
 * b.
 */
export const FUNCTIONS: ReadonlySet<string> = new Set(`${ELEMENTARY} ${OTHERS}`.split(" "));
const BARE: ReadonlySet<string> = new Set(ELEMENTARY.split(" "));

/** Other spellings of the functions and constants. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ln: "log",
    lg: "log10",
    arcsin: "asin",
    arccos: "acos",
    arctan: "atan",
    arsinh: "asinh",
    arcosh: "acosh",
    artanh: "atanh",
    tg: "tan",
    ctg: "cot",
    cosec: "csc",
    sgn: "sign",
    sqr: "sqrt",
    root: "sqrt",
    derivative: "diff",
    integral: "integrate",
    nCr: "binomial",
    comb: "binomial",
    choose: "binomial",
    nPr: "permutations",
    perm: "permutations",
    average: "mean",
    var: "variance",
    std: "deviation",
    stdev: "deviation",
    determinant: "det",
    infinity: "Infinity",
    inf: "Infinity",
    oo: "Infinity",
    Pi: "pi",
    PI: "pi",
  }),
);

/** Returns the notation's own spelling of a name. */
export const spelled = (text: string): string => ALIASES.get(text) ?? text;
export const isFunction = (text: string): boolean => FUNCTIONS.has(spelled(text));
/** Whether the function, in any spelling, accepts an argument without parentheses. */
export const takesBare = (text: string): boolean => BARE.has(spelled(text));
const TRIGONOMETRIC = /^(?:sin|cos|tan|sec|csc|cot)$/;
/** Whether an argument in degrees is an angle. */
export const takesAngle = (text: string): boolean => TRIGONOMETRIC.test(spelled(text));

/** Greek letters that serve as unknowns, and their names. π is a constant. */
export const GREEK: ReadonlyMap<string, string> = new Map(
  Object.entries({
    α: "alpha",
    β: "beta",
    γ: "gamma",
    δ: "delta",
    ε: "epsilon",
    θ: "theta",
    λ: "lambda",
    μ: "mu",
    ρ: "rho",
    σ: "sigma",
    τ: "tau",
    φ: "phi",
    ϕ: "phi",
    ω: "omega",
    Δ: "Delta",
  }),
);
const GREEK_NAMES: ReadonlySet<string> = new Set(GREEK.values());
const CONSTANT_NAMES: ReadonlySet<string> = new Set(["pi", "Infinity"]);

/** Whether a run of letters is a single name: a constant or the name of a Greek letter. */
export const isOneName = (text: string): boolean => GREEK_NAMES.has(text) || CONSTANT_NAMES.has(spelled(text));
