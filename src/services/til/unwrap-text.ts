/** Wrappings are nested at most this deep: a fence around JSON around a label around bold, and some more. */
const MAX_DEPTH = 12;

const FENCED = /^(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)\n?\1$/u;
const HEADING = /^#{1,6}\s+(?=\S)/u;
/** A whole text in one pair of marks, none of which is in between. */
const MARKED = [
  /^\*\*\*([^*]+)\*\*\*$/u,
  /^\*\*([^*]+)\*\*$/u,
  /^\*([^*]+)\*$/u,
  /^__([^_]+)__$/u,
  /^`([^`]+)`$/u,
  /^"([^"]+)"$/u,
  /^'([^']+)'$/u,
  /^“([^“”]+)”$/u,
  /^‘([^‘’]+)’$/u,
  /^「([^「」]+)」$/u,
  /^『([^『』]+)』$/u,
  /^《([^《》]+)》$/u,
  /^〈([^〈〉]+)〉$/u,
  /^«([^«»]+)»$/u,
];
/** A line that only announces what follows, such as "Here is the title:". */
const ANNOUNCED = /^[^\n]{1,80}[:：]\s*\n\s*(?=\S)/u;

/**
 * Returns the text that a model was asked for when it has wrapped it all the same: in JSON, a code fence, a heading,
 * bold, quotes or a label (`Title: …`), in any order and depth. `labels` are the names of what was asked for, in lower
 * case; in a JSON object they are its keys. What is not wrapped as a whole comes back as it is, trimmed.
 */
export const unwrapText = (answer: string, labels: readonly string[]): string => {
  const label = labels.length === 0 ? null : labelPattern(labels);
  let text = answer.trim();
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const inner = unwrapOnce(text, labels, label).trim();
    if (inner === text || inner === "") return text;
    text = inner;
  }
  return text;
};

const unwrapOnce = (text: string, labels: readonly string[], label: RegExp | null): string => {
  const fenced = FENCED.exec(text)?.[2];
  if (fenced !== undefined) return fenced;
  const json = /^[{["]/.test(text) ? fromJson(text, labels) : null;
  if (json !== null) return json;
  const unlabelled = label === null ? text : text.replace(label, "");
  if (unlabelled !== text) return unlabelled;
  const announced = text.replace(ANNOUNCED, "");
  if (announced !== text) return announced;
  const marked = MARKED.map((pattern) => pattern.exec(text)?.[1]).find((inner) => inner !== undefined);
  return marked ?? text.replace(HEADING, "");
};

/** `Title:`, `**Title:**`, `**Title**:` and `# Title:`, with the white space after it. */
const labelPattern = (labels: readonly string[]): RegExp =>
  new RegExp(
    `^(?:#{1,6}\\s+)?(\\*\\*|__|)(?:${labels.map((name) => RegExp.escape(name)).join("|")})(?:\\s*[:：]\\1|\\1\\s*[:：])\\s*`,
    "iu",
  );

/** Returns the text in a JSON value: a string, the only item of a list, or an object's value under a label. */
const fromJson = (text: string, labels: readonly string[]): string | null => {
  try {
    return textIn(JSON.parse(text), labels);
  } catch {
    return null;
  }
};

const textIn = (value: unknown, labels: readonly string[]): string | null => {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return null;
  const entries = Object.entries(value);
  const named = Array.isArray(value) ? undefined : entries.find(([key]) => labels.includes(key.toLowerCase()));
  const [, item] = named ?? (entries.length === 1 ? (entries[0] ?? []) : []);
  return item === undefined ? null : textIn(item, labels);
};
