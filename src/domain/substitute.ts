/** The variables of an environment. */
export type Variables = Readonly<Record<string, string | undefined>>;

interface Substituted {
  /** The text with the values of the variables that are set. */
  readonly text: string;
  /** Whether a variable was replaced. The text may then hold a secret. */
  readonly isChanged: boolean;
  /** What is wrong, completing "the field …": a variable that is not set, or a reference without a name. */
  readonly mistakes: readonly string[];
}

/** `$${`, which stands for `${` itself; or a reference, whole or unfinished. */
const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Replaces each `${NAME}` in a text that an operator wrote by that variable's value. What a value holds is not read
 * again. An empty value counts as set. `$${` stands for `${` itself.
 */
export const substitute = (text: string, variables: Variables): Substituted => {
  const mistakes = new Set<string>();
  let isChanged = false;
  const replaced = text.replace(REFERENCE, (reference, name: string | undefined, end: string | undefined) => {
    if (name === undefined) return "${";
    if (end === "" || !NAME.test(name)) {
      mistakes.add("refers to no variable: write ${NAME}, or $${ where the text itself is meant");
      return reference;
    }
    // A name such as `constructor` must not be looked up in a prototype.
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) {
      mistakes.add(`refers to the environment variable ${name}, which is not set: set it, or remove the reference`);
      return reference;
    }
    isChanged = true;
    return value;
  });
  return { text: replaced, isChanged, mistakes: [...mistakes] };
};
