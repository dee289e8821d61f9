import type { Finding } from "./finding.ts";
import { cellText, fullLabelOf, labelOf, list, mentionedColumns, rowLines } from "./lines.ts";
import type { Sheet } from "./sheet.ts";
import { nameOf, numberText } from "./show.ts";
import { extremeWord } from "./words.ts";

const more = (count: number): string => `and ${count} more`;
const rowsText = (rows: readonly number[]): string => `${rows.length} row${rows.length === 1 ? "" : "s"}`;

/** `where` lists the cells that selected the rows. It is empty when all rows are meant. */
export const describeEnglish = (finding: Finding, sheet: Sheet, where: string): string => {
  switch (finding.kind) {
    case "unknown":
      return `${finding.names.join(", ")} ${finding.names.length === 1 ? "is" : "are"} not in the table.`;
    case "rows": {
      const { rows, requested } = finding;
      const [first = 0, ...others] = rows;
      const columns = mentionedColumns(requested, sheet);
      if (others.length > 0) return list(`${rows.length} rows match.`, rowLines(rows, columns, sheet), more);
      const is = requested.length > 0 ? "is " : "";
      const cells = columns.map((column) => `${column.name} ${is}${cellText(sheet, first, column) || "empty"}`);
      return `${labelOf(first, sheet)}: ${cells.join(", ")}.`;
    }
    case "extreme": {
      const { column, which, rows } = finding;
      const [best = 0, ...others] = rows;
      const what = `the ${extremeWord(column, which, "en")} ${column.name}`;
      if (others.length > 0) return list(`The ${rows.length} with ${what}:`, rowLines(rows, [column], sheet), more);
      return `${fullLabelOf(best, sheet)} has ${what}: ${cellText(sheet, best, column)}.`;
    }
    case "aggregate": {
      const of = where === "" ? "" : ` for ${where}`;
      return `The ${nameOf(finding, "en")}${of} is ${numberText(finding.value, finding)} (${rowsText(finding.rows)}).`;
    }
    case "groups": {
      const { by, column, which, groups } = finding;
      const [best] = groups;
      const name = nameOf(finding, "en");
      const head =
        which === null || best === undefined || column === null
          ? `${name[0]?.toUpperCase()}${name.slice(1)} by ${by.name}:`
          : `${best.name} is the ${by.name} with the ${extremeWord(column, which, "en")} ${name}: ${numberText(best.value, finding)}.`;
      return list(
        head,
        groups.map((group) => `${group.name}: ${numberText(group.value, finding)}`),
        more,
      );
    }
    case "count":
      return `${rowsText(finding.rows)} ${finding.rows.length === 1 ? "matches" : "match"}.`;
    case "distinct": {
      const { column, values, rows } = finding;
      return list(`There are ${values.length} different values of ${column.name} (${rowsText(rows)}).`, values, more);
    }
  }
};
