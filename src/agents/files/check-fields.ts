import { type ValueError, ValueErrorType } from "@sinclair/typebox/errors";
import { Value } from "@sinclair/typebox/value";
import { isRecord } from "../../domain/json.ts";
import type { Settings } from "../../models/providers/contract.ts";
import { specMistake } from "../../models/spec.ts";
import { allowedBy, FrontMatter, timeoutMsOf } from "./front-matter.ts";
import { nearest } from "./nearest.ts";
import { type KnownTools, toolMistake } from "./tool-names.ts";
import type { FieldPath, PlacedMistake, YamlFields } from "./yaml-fields.ts";

/** What the fields of an agent may refer to. */
export interface References {
  /** The values of the providers' variables, by the provider's name. */
  readonly providers: Readonly<Record<string, Settings>>;
  readonly tools: KnownTools;
}

type Checked =
  | { readonly value: FrontMatter; readonly mistakes: readonly [] }
  | { readonly value: null; readonly mistakes: readonly PlacedMistake[] };

/** Checks all fields of a front matter. Reports every mistake, each field's once. */
export const checkFields = (fields: YamlFields, references: References): Checked => {
  const given = withNumbers(fields);
  const errors = firstAtEachPath([...Value.Errors(FrontMatter, given)]);
  const wrong = new Set(errors.map(({ path }) => keysOf(path)[0]));
  const sound = Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.has(name))) as FrontMatter;
  const mistakes = [
    ...errors.map((error) => placed(fields, keysOf(error.path), textOf(error))),
    ...broken({ ...sound, url: soundUrl(given) }, references).map(({ path, message }) => placed(fields, path, message)),
    ...("remote" in given ? withoutEffect(sound) : []).map((name) => placed(fields, [name], NOT_REMOTE)),
  ];
  return mistakes.length === 0 ? { value: sound, mistakes: [] } : { value: null, mistakes };
};

/** The fields, with numbers where the environment's text is one and the schema wants one. */
const withNumbers = ({ value, fromEnvironment }: YamlFields): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const schema = FrontMatter.properties[name as keyof FrontMatter];
      const wantsNumber = schema !== undefined && ["number", "integer"].includes(schema.type as string);
      return [name, wantsNumber && fromEnvironment.has(name) ? Value.Convert(schema, item) : item];
    }),
  );

/** A value may break several rules of its schema, and what is missing is of the wrong type as well. */
const firstAtEachPath = (errors: readonly ValueError[]): readonly ValueError[] =>
  [...Map.groupBy(errors, ({ path }) => path).values()].flatMap(([first]) => first ?? []);

/** The keys of a JSON pointer (RFC 6901). */
const keysOf = (pointer: string): readonly string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));

const textOf = ({ type, schema, path }: ValueError): string => {
  const name = keysOf(path).at(-1) ?? "";
  if (type === ValueErrorType.ObjectAdditionalProperties) {
    const known = Object.keys(schema.properties ?? {});
    if (known.length === 0) return "is not allowed here: remove it";
    const meant = nearest(name, known);
    return `is not a field: ${meant === null ? `there are ${known.join(", ")}` : `did you mean ${meant}?`}`;
  }
  const missing = type === ValueErrorType.ObjectRequiredProperty ? "is missing: it " : "";
  return `${missing}must be ${allowedBy(schema)}`;
};

const REMOTE_URL = FrontMatter.properties.remote.properties.url;

/** The URL of a remote agent, whatever else is wrong with that field. Null when the schema has refused it. */
const soundUrl = ({ remote }: Readonly<Record<string, unknown>>): string | null => {
  const url = isRecord(remote) ? remote.url : null;
  return Value.Check(REMOTE_URL, url) ? url : null;
};

interface Broken {
  readonly path: FieldPath;
  readonly message: string;
}

/** The rules that a schema cannot state, for the fields that it has accepted. */
const broken = (
  sound: FrontMatter & { readonly url: string | null },
  { providers, tools }: References,
): readonly Broken[] => [
  ...[sound.model ?? []].flat().flatMap((text, at): readonly Broken[] => {
    const message = specMistake(text, providers);
    return message === null ? [] : [{ path: Array.isArray(sound.model) ? ["model", at] : ["model"], message }];
  }),
  ...(["tools", "approve"] as const).flatMap((field) =>
    (sound[field] ?? []).flatMap((pattern, at): readonly Broken[] => {
      const message = toolMistake(pattern, tools);
      return message === null ? [] : [{ path: [field, at], message }];
    }),
  ),
  ...(sound.timeout !== undefined && timeoutMsOf(sound.timeout) === null
    ? [{ path: ["timeout"], message: `must be ${allowedBy(FrontMatter.properties.timeout)}` }]
    : []),
  ...(sound.url !== null && !URL.canParse(sound.url)
    ? [{ path: ["remote", "url"], message: `must be ${allowedBy(REMOTE_URL)}` }]
    : []),
  ...Object.keys(sound.remote?.headers ?? {}).flatMap((name): readonly Broken[] =>
    OF_THE_MESSAGE.has(name.toLowerCase())
      ? [{ path: ["remote", "headers", name], message: "is a header that the service sets itself: remove it" }]
      : [],
  ),
];

/** What the service itself does for an agent that runs elsewhere. */
const OF_REMOTE: ReadonlySet<string> = new Set([
  "description",
  "timeout",
  "history_tokens",
  "remote",
] satisfies (keyof FrontMatter)[]);
const NOT_REMOTE = "has no effect on an agent that runs elsewhere: set it there, and remove it here";

const withoutEffect = (sound: FrontMatter): readonly string[] =>
  Object.keys(sound).filter((name) => !OF_REMOTE.has(name));

/** Headers that describe the message itself (RFC 9110 §6, §7), which the service writes. */
const OF_THE_MESSAGE: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-length",
  "content-type",
  "expect",
  "host",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const placed = (fields: YamlFields, path: FieldPath, message: string): PlacedMistake => ({
  line: fields.lineOf(path),
  // An index says less than the line.
  field: path.filter((step) => typeof step === "string" && !/^\d+$/.test(step)).join("."),
  message,
});
