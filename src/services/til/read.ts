import { type Context, type NodeDefinition, type Reading, RunError, UnreadableError } from "../../agents/public.ts";
import type { RunFile } from "../../domain/document.ts";
import type { UnreadableCode } from "../../domain/unreadable.ts";
import type { TilParts } from "./parts.ts";
import { MAX_SOURCE, sourceOf } from "./source.ts";
import type { Source, TilState } from "./state.ts";

/** Emits the day number, which is available at once, and reads the source: text, a page or a file. */
export const read = ({ tils }: TilParts): NodeDefinition<TilState> => ({
  stage: "reading",
  message: (locale) => (locale === "ko" ? "내용을 읽고 있습니다." : "Reading the source."),
  async *run(context, { options }) {
    let dayNumber: number | null = null;
    if (options.dayNumber) {
      dayNumber = (await tils.highestDay(context.userId)) + 1;
      yield { type: "node_result", payload: { node: "day_number", output: dayNumber } };
    }
    const { locale } = context.input;
    try {
      return { dayNumber, source: await readSource(options.source, context) };
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      const message = locale === "ko" ? KOREAN[error.code] : error.message;
      throw new RunError("tool_failed", message, { cause: error });
    }
  },
});

const readSource = async (kind: TilState["options"]["source"], context: Context): Promise<Source> => {
  const { input } = context;
  if (kind === "url") {
    const page = await context.fetchPage(input.message);
    return sourceOf(proseOf(page, page.name), input.locale);
  }
  const file = fileOf(context);
  if (kind === "file") return sourceOf(proseOf(await context.readFile(), file.name), input.locale);
  return sourceOf({ title: null, text: new TextDecoder().decode(file.bytes) }, input.locale);
};

/** Even the shortest rows exceed the limit of a source when there are more than these. */
const MAX_ROWS = MAX_SOURCE / 4;

/** Renders a table as a list with one line for each row. */
const proseOf = ({ title, text, table }: Reading, name: string): Pick<Reading, "title" | "text"> => {
  if (table === null) return { title, text };
  const { columns, rows } = table;
  const lines = rows.slice(0, MAX_ROWS).map((row) => columns.map((column, at) => `${column}: ${row[at]}`).join(", "));
  return { title: title ?? name, text: lines.map((row) => `- ${row}`).join("\n") };
};

const fileOf = ({ file }: Context): RunFile => {
  if (file === null) throw new Error("the run came without what it is about");
  return file;
};

/** Korean messages. The errors themselves have English ones only. */
const KOREAN: Readonly<Record<UnreadableCode, string>> = {
  unsupported: "읽을 수 없는 형식입니다. 텍스트, Markdown, HTML, CSV, PDF를 보내 주세요.",
  too_large: "내용이 너무 큽니다. 나누어 보내 주세요.",
  encrypted: "암호가 걸린 파일입니다. 암호를 풀고 보내 주세요.",
  malformed: "내용을 읽을 수 없습니다. 형식이 올바른지 확인해 주세요.",
  empty: "읽을 내용이 없습니다.",
  forbidden_address: "가져올 수 없는 주소입니다. 누구나 볼 수 있는 http 또는 https 주소를 보내 주세요.",
  busy: "읽기를 기다리는 파일이 너무 많습니다. 잠시 후 다시 시도해 주세요.",
  unreachable: "페이지를 가져오지 못했습니다. 주소를 확인하거나 잠시 후 다시 시도해 주세요.",
};
