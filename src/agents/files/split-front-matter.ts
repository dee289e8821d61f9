/** A file of front matter and text, in its two parts. */
export interface SplitFile {
  /** What stands between the two lines of `---`. Empty when there is no front matter. */
  readonly yaml: string;
  /** The line of the file on which `yaml` begins. */
  readonly yamlLine: number;
  /** The text after it, without white space around it. */
  readonly body: string;
  /** The line of the file on which `body` begins. */
  readonly bodyLine: number;
}

const FENCE = /^---[ \t]*$/;

/** Null: the first line opens front matter that no line closes. Lines may end in LF, CRLF or CR. */
export const splitFrontMatter = (text: string): SplitFile | null => {
  const lines = text.split(/\r\n|\r|\n/);
  if (!FENCE.test(lines[0] ?? "")) return { yaml: "", yamlLine: 1, ...bodyFrom(lines, 0) };
  const end = lines.findIndex((line, at) => at > 0 && FENCE.test(line));
  if (end < 0) return null;
  return { yaml: lines.slice(1, end).join("\n"), yamlLine: 2, ...bodyFrom(lines, end + 1) };
};

const bodyFrom = (lines: readonly string[], from: number): Pick<SplitFile, "body" | "bodyLine"> => {
  const first = lines.findIndex((line, at) => at >= from && line.trim() !== "");
  return {
    body: lines.slice(from).join("\n").trim(),
    bodyLine: (first < 0 ? from : first) + 1,
  };
};
