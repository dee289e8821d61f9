import { Tokenizer, type Tokens } from "marked";

/**
 * How many characters marked's regular expressions for paragraphs, headings, quotations and tables receive at a time. Above some
 * 5,000 the engine has no room for their backtracking state, and takes 20 times as long a character: 400 KB of short
 * lines took minutes.
 */
const STRETCH = 4_000;

/**
 * marked's rules in time that is linear in the text: a longer paragraph or quotation becomes several, a longer
 * table continues.
 */
export class BoundedRules extends Tokenizer {
  override paragraph(source: string): Tokens.Paragraph | undefined {
    return super.paragraph(stretchOf(source));
  }

  override blockquote(source: string): Tokens.Blockquote | undefined {
    return super.blockquote(stretchOf(source));
  }

  override lheading(source: string): Tokens.Heading | undefined {
    const stretch = stretchOf(source);
    // A line longer than that is not a heading.
    return stretch.length > STRETCH ? undefined : super.lheading(stretch);
  }

  override table(source: string): Tokens.Table | undefined {
    let stretch = stretchOf(source);
    const table = super.table(stretch);
    if (table === undefined) return undefined;
    const head = /^.*\n.*\n/.exec(table.raw)?.[0] ?? "";
    let { raw } = table;
    let at = 0;
    // The table starts anew after each stretch that consists only of its rows.
    while (raw.length === at + stretch.length - 1 && head !== "" && head.length < STRETCH / 2) {
      at += stretch.length;
      stretch = stretchOf(source.slice(at));
      const rows = super.table(head + stretch)?.raw.slice(head.length) ?? "";
      if (rows === "") break;
      raw += `\n${rows}`;
    }
    return { ...table, raw };
  }
}

/**
 * Returns the whole lines at the beginning of a text that fit in a stretch; at least the first, even if it is longer.
 */
const stretchOf = (source: string): string => {
  if (source.length <= STRETCH) return source;
  const end = source.lastIndexOf("\n", STRETCH - 1);
  return source.slice(0, (end > 0 ? end : source.indexOf("\n", STRETCH)) + 1 || source.length);
};
