import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import { substitute, type Variables } from "../../domain/substitute.ts";

/** A mistake in a file that is known already. */
export interface PlacedMistake {
  readonly line: number | null;
  readonly field: string | null;
  readonly message: string;
}

/** Keys and indexes that lead to a value. */
export type FieldPath = readonly (string | number)[];

export interface YamlFields {
  /** What the text holds, with the values of the environment. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Fields whose whole, unquoted value came from the environment: there, `8` may be a number. */
  readonly fromEnvironment: ReadonlySet<string>;
  /** What came from the environment into `remote`, whose headers and URL may be secret. */
  readonly secrets: readonly string[];
  /** The line of a field or list item, or of the nearest one around it. */
  lineOf(path: FieldPath): number | null;
}

type Parsed = { readonly fields: YamlFields } | { readonly mistakes: readonly PlacedMistake[] };

/** Aliases that one text may resolve, so that a few lines cannot stand for a gigabyte. */
const MAX_ALIASES = 100;

/** Parses YAML 1.2 that holds a map of fields. Lines are counted from `firstLine`. Never throws. */
export const yamlFields = (text: string, firstLine: number, variables: Variables): Parsed => {
  const lines = new LineCounter();
  const lineAt = (offset: number) => lines.linePos(offset).line + firstLine - 1;
  const broken = (line: number, reason: string): Parsed => ({
    mistakes: [{ line, field: null, message: brokenText(reason) }],
  });
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" });
  } catch (error) {
    return broken(firstLine, error instanceof Error ? error.message : "it cannot be read");
  }
  const wrong = firstOnEachLine(
    [...document.errors, ...document.warnings].map((one) => ({ line: lineAt(one.pos[0]), ...one })),
  );
  if (wrong.length > 0)
    return { mistakes: wrong.map(({ line, message }) => ({ line, field: null, message: brokenText(message) })) };
  if (document.contents === null) return { fields: { ...NO_FIELDS, lineOf: () => firstLine } };
  if (!isMap(document.contents)) return broken(firstLine, "it is no map of fields, such as `tools: [calculate]`");
  const replaced = replaceReferences(document, variables, lineAt);
  if (replaced.mistakes.length > 0) return { mistakes: replaced.mistakes };
  try {
    const value = document.toJS({ maxAliasCount: MAX_ALIASES }) as Record<string, unknown>;
    return { fields: { ...replaced, value, lineOf: (path) => lineAt(offsetOf(document, path)) } };
  } catch {
    return broken(firstLine, "its aliases stand for too much, or for themselves");
  }
};

const NO_FIELDS = { value: {}, fromEnvironment: new Set<string>(), secrets: [] } as const;

const brokenText = (reason: string): string =>
  `is no YAML that can be read: ${TOO_DEEP.test(reason) ? "it is nested too deeply" : reason.replace(/\.$/, "")}; put texts with special characters in quotes`;

/** The parser is recursive; for deep nesting it throws the engine's own error. */
const TOO_DEEP = /call stack/;

/** What follows on a line is mostly the same mistake once more. */
const firstOnEachLine = <T extends { readonly line: number }>(errors: readonly T[]): readonly T[] =>
  [...Map.groupBy(errors, ({ line }) => line).values()].flatMap(([first]) => first ?? []);

/** Replaces the references to the environment in the values, and leaves keys and comments alone. */
const replaceReferences = (document: Document.Parsed, variables: Variables, lineAt: (offset: number) => number) => {
  const fromEnvironment = new Set<string>();
  const secrets: string[] = [];
  const mistakes: PlacedMistake[] = [];
  visit(document, {
    Scalar(key, node, path) {
      if (key === "key" || typeof node.value !== "string") return;
      const found = substitute(node.value, variables);
      const names = path.flatMap((step) => ("key" in step && isScalar(step.key) ? [String(step.key.value)] : []));
      const line = lineAt(node.range?.[0] ?? 0);
      for (const message of found.mistakes) mistakes.push({ line, field: names.join("."), message });
      node.value = found.text;
      if (!found.isChanged) return;
      if (names[0] === "remote") secrets.push(found.text);
      if (path.length === 3 && node.type === "PLAIN") fromEnvironment.add(names.join("."));
    },
  });
  return { fromEnvironment, secrets, mistakes };
};

/** The offset of the key or item at the end of a path, or of the last one on the way that exists. */
const offsetOf = (document: Document.Parsed, path: FieldPath): number => {
  let offset = 0;
  let node: unknown = document.contents;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
      if (pair === undefined) return offset;
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = (node as { range?: readonly number[] } | undefined)?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
};
