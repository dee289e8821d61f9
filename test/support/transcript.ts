/** A command in the documentation, and the answer shown for it. */
export interface Shown {
  readonly command: string;
  readonly output: string;
}

/**
 * Returns all commands of a page, in order: lines of indented code that begin with `$ `, each with the lines that
 * follow it.
 */
export const transcriptOf = (page: string): readonly Shown[] => {
  const blocks = page.match(/^ {4}.*\n(?:(?: {4}.*)?\n)*/gm) ?? [];
  return blocks
    .map((block) => block.replace(/^ {4}/gm, ""))
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .map((text) => {
      const lines = text.split("\n");
      const last = lines.findIndex((_, at) => isWhole(lines.slice(0, at + 1).join("\n")));
      return {
        command: lines.slice(0, last + 1).join("\n"),
        output: lines
          .slice(last + 1)
          .join("\n")
          .trim(),
      };
    });
};

/** Whether a shell would execute the command: no quotation is open, and the last line does not continue. */
const isWhole = (command: string): boolean => command.split("'").length % 2 === 1 && !command.endsWith("\\");

/**
 * Matches what differs each time: frames' ids, other ids, times, tickets, tokens, cursors, and seqs, which depend on
 * how text was cut.
 */
const FRESH =
  /(?<=^id: ).+$|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b\d{4}-\d\d-\d\dT[\d:.]+Z|\byat_[\w.-]+|\bdTE\.[\w-]+|(?<="next_cursor":")[^"]+|(?<="(?:last_)?seq":)\d+/gm;

/** Stands on a page for omitted frames. */
const LEFT_OUT = "…";

/**
 * Returns the frames on a page beside those of a real answer, without fresh values; the two are equal when the page is
 * right. `names` gets the real value of each fresh value on the page, for the commands that follow.
 */
export const compared = (shown: string, real: string, names: Map<string, string>): readonly [string[], string[]] => {
  const [expected, received]: [string[], string[]] = [[], []];
  const answer = framesOf(real);
  let at = 0;
  for (const [index, frame] of framesOf(shown).entries()) {
    if (frame === LEFT_OUT) {
      const next = framesOf(shown)[index + 1];
      at =
        next === undefined ? answer.length : answer.findIndex((one, place) => place >= at && open(one) === open(next));
      if (at < 0) at = answer.length;
      continue;
    }
    const found = answer[at++] ?? "";
    expected.push(open(frame));
    received.push(open(found));
    const fresh = found.match(FRESH) ?? [];
    for (const [place, name] of (frame.match(FRESH) ?? []).entries()) names.set(name, fresh[place] ?? name);
  }
  return [expected, [...received, ...answer.slice(at).map(open)]];
};

/**
 * Replaces the page's fresh values with the real ones. In one pass: a value on the page may be another's real value.
 */
export const renamed = (command: string, names: ReadonlyMap<string, string>): string => {
  const known = [...names.keys()].filter((name) => !/^\d+$/.test(name)).toSorted((a, b) => b.length - a.length);
  const any = new RegExp(known.map((name) => name.replace(/[^\w-]/g, "\\$&")).join("|") || "$^", "g");
  return command.replace(any, (name) => names.get(name) ?? name);
};

const open = (frame: string): string => frame.replace(FRESH, "‹fresh›");

/** Joins the pieces of one text, and leaves out comments, whose timing varies. */
const framesOf = (output: string): readonly string[] => {
  const frames: string[] = [];
  for (const frame of output
    .replace(/^:.*\n*/gm, "")
    .trim()
    .split(/\n{2,}/)) {
    const [, , text] = DELTA_FRAME.exec(frames.at(-1) ?? "") ?? [];
    const [, head, more, rest] = DELTA_FRAME.exec(frame) ?? [];
    if (text === undefined || more === undefined) frames.push(frame);
    else frames.splice(-1, 1, `${head}${text}${more}${rest}`);
  }
  return frames;
};

/** A piece of an answer, on any wire; its text, as in JSON, is the second group. */
const DELTA_FRAME =
  /^((?:id: .*\n)?(?:event: .*\n)?data: \{(?:"type":"token",.*)?"(?:delta|content|chunk)":")((?:[^"\\]|\\.)*)(".*)$/;
