import type { FileMistake } from "../../domain/file-mistake.ts";
import type { AgentFile } from "./folder.ts";

const AGENT_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** What is wrong with the names of files that define agents. `builtIn`: names that are taken. */
export const nameMistakes = (files: readonly AgentFile[], builtIn: readonly string[]): readonly FileMistake[] =>
  files.flatMap(({ name, shown }, at) => {
    const mistake = (message: string): readonly FileMistake[] => [{ file: shown, line: null, field: null, message }];
    if (!AGENT_NAME.test(name)) return mistake(NOT_A_NAME);
    if (builtIn.includes(name)) return mistake(`has the name of a built-in agent, ${name}: give it another one`);
    const first = files.findIndex((other) => other.name === name);
    return first < at ? mistake(`has the same name as ${files[first]?.shown}: rename one of them`) : [];
  });

const NOT_A_NAME =
  "is not named as an agent can be, with 1 to 63 lower-case letters, digits and -, the first no -: rename it, or move it to a folder below";
