interface Preference {
  /** In lower case. */
  readonly name: string;
  /** 0 to 1; 0 is a refusal. */
  readonly weight: number;
}

/** Longer than any client sends; the rest is ignored. */
const MAX_CHARS = 500;

/** Parses a header such as `accept-language`, in its own order (RFC 9110 §12.4.2). An invalid weight counts as 1. */
export const preferencesOf = (header: string | null): readonly Preference[] =>
  (header ?? "")
    .slice(0, MAX_CHARS)
    .toLowerCase()
    .split(",")
    .map((item) => {
      const [name = "", ...parameters] = item.split(";");
      const weight = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
      return { name: name.trim(), weight: weight === undefined ? 1 : Number(weight) };
    });
