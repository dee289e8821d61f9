import type { Table } from "../../domain/document.ts";
import type { Locale } from "../../domain/run.ts";
import type { TableQuestion, TableReply } from "../../services/chat/tables.ts";
import { describeEnglish } from "./describe-english.ts";
import { describeKorean } from "./describe-korean.ts";
import { type Finding, findingOf } from "./finding.ts";
import { carryOver, type Reading, readQuery } from "./match-query.ts";
import { type Sheet, sheetOf } from "./sheet.ts";
import { shownChart, shownTable } from "./show.ts";
import { tableQueryOf } from "./table-query.ts";

/**
 * Answers a question from a table by rules. Null when there is no certain answer. Pure; a table of 60,000 cells takes
 * some 100 ms.
 */
export const askTable = (table: Table, question: TableQuestion, locale: Locale): TableReply | null => {
  const sheet = sheetOf(table);
  const reading = readAll(question, sheet);
  const finding = findingOf(reading, sheet);
  return finding === null ? null : replyOf(finding, reading, sheet, locale);
};

const readAll = ({ question, earlier, isMarked }: TableQuestion, sheet: Sheet): Reading => {
  const now = readQuery(tableQueryOf(question), sheet);
  const [first, ...others] = earlier.map((text) => readQuery(tableQueryOf(text), sheet));
  if (first === undefined) return now;
  const before = others.reduce((merged, reading) => carryOver(merged, reading, true), first);
  return carryOver(before, now, isMarked);
};

const DESCRIBE = { ko: describeKorean, en: describeEnglish } as const;
/** The most cells named as the reason why rows were selected. */
const MAX_CELLS = 3;

const replyOf = (finding: Finding, reading: Reading, sheet: Sheet, locale: Locale): TableReply => ({
  text: DESCRIBE[locale](finding, sheet, reading.cells.slice(0, MAX_CELLS).join(", ")),
  table: shownTable(finding, sheet, locale),
  chart: shownChart(finding, sheet, locale),
  weight: reading.weight,
  isCertain: reading.found.some(({ isUnique }) => isUnique) || (reading.coverage === 1 && reading.named.length > 0),
});
