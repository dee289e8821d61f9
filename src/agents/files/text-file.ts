import type { Variables } from "../../domain/substitute.ts";
import { checkFields, type References } from "./check-fields.ts";
import type { AgentFile } from "./folder.ts";
import type { FrontMatter } from "./front-matter.ts";
import { unfilledIn } from "./instructions.ts";
import { readText } from "./read-text.ts";
import { splitFrontMatter } from "./split-front-matter.ts";
import { type PlacedMistake, yamlFields } from "./yaml-fields.ts";

/** More instructions than any model is given well. */
const MAX_BYTES = 1_048_576;
const MAX_FRONT_MATTER = 32_768;

type ReadTextFile =
  | {
      readonly fields: FrontMatter;
      /** The text below the front matter. */
      readonly instructions: string;
      /** What came from the environment into `remote`. */
      readonly secrets: readonly string[];
      /** What may be a mistake. */
      readonly remarks: readonly PlacedMistake[];
    }
  | { readonly mistakes: readonly PlacedMistake[] };

/** Reads a text agent's file and checks it. Reports all of its mistakes. Never throws. */
export const readTextFile = async (
  { path }: AgentFile,
  variables: Variables,
  references: References,
): Promise<ReadTextFile> => {
  const wrong = (line: number | null, message: string): ReadTextFile => ({
    mistakes: [{ line, field: null, message }],
  });
  const read = await readText(path, MAX_BYTES);
  if ("message" in read) return wrong(read.line, read.message);
  if (read.text.trim() === "") return wrong(null, "is empty: write what the agent is to do");
  const split = splitFrontMatter(read.text);
  if (split === null) return wrong(1, "opens front matter that nothing closes: end it with a line of ---");
  if (split.yaml.length > MAX_FRONT_MATTER)
    return wrong(1, `has front matter of more than ${MAX_FRONT_MATTER / 1024} KiB: shorten it`);
  const parsed = yamlFields(split.yaml, split.yamlLine, variables);
  if ("mistakes" in parsed) return parsed;
  const { value, mistakes } = checkFields(parsed.fields, references);
  const isBare = split.body === "" && !("remote" in parsed.fields.value);
  const all = [...mistakes, ...(isBare ? [{ line: null, field: null, message: NO_INSTRUCTIONS }] : [])];
  if (value === null || all.length > 0) return { mistakes: all };
  const remarks = value.remote === undefined ? unfilledIn(split.body, split.bodyLine) : [];
  return { fields: value, instructions: split.body, secrets: parsed.fields.secrets, remarks };
};

const NO_INSTRUCTIONS = "has no instructions: write below the front matter what the agent is to do";
