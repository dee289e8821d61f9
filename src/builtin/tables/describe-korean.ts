import type { Finding } from "./finding.ts";
import { cellText, fullLabelOf, labelOf, list, mentionedColumns, rowLines } from "./lines.ts";
import type { Sheet } from "./sheet.ts";
import { nameOf, numberText } from "./show.ts";
import { extremeWord, withParticle } from "./words.ts";

const topic = (word: string): string => withParticle(word, "은", "는");
const subject = (word: string): string => withParticle(word, "이", "가");
const more = (count: number): string => `외 ${count}개`;

/** `where` lists the cells that selected the rows. It is empty when all rows are meant. */
export const describeKorean = (finding: Finding, sheet: Sheet, where: string): string => {
  switch (finding.kind) {
    case "unknown":
      return `${topic(finding.names.join(", "))} 표에 없습니다.`;
    case "rows": {
      const { rows, requested } = finding;
      const [first = 0, ...others] = rows;
      const columns = mentionedColumns(requested, sheet);
      if (others.length > 0) return list(`해당하는 행은 ${rows.length}개입니다.`, rowLines(rows, columns, sheet), more);
      const cells = columns.map((column) => `${topic(column.name)} ${cellText(sheet, first, column) || "빈칸"}`);
      return `${labelOf(first, sheet)}의 ${cells.join(", ")}입니다.`;
    }
    case "extreme": {
      const { column, which, rows } = finding;
      const [best = 0, ...others] = rows;
      const head = `${subject(column.name)} ${extremeWord(column, which, "ko")}`;
      if (others.length > 0) return list(`${head} ${rows.length}개입니다.`, rowLines(rows, [column], sheet), more);
      return `${head} 것은 ${fullLabelOf(best, sheet)}입니다. ${topic(column.name)} ${cellText(sheet, best, column)}입니다.`;
    }
    case "aggregate": {
      const of = where === "" ? "" : `${where}의 `;
      return `${of}${topic(nameOf(finding, "ko"))} ${numberText(finding.value, finding)}입니다. (${finding.rows.length}개 행)`;
    }
    case "groups": {
      const { by, column, which, groups } = finding;
      const [best] = groups;
      const name = nameOf(finding, "ko");
      const head =
        which === null || best === undefined || column === null
          ? `${by.name}별 ${name}입니다.`
          : `${subject(name)} ${extremeWord(column, which, "ko")} ${topic(by.name)} ${best.name}, ${numberText(best.value, finding)}입니다.`;
      return list(
        head,
        groups.map((group) => `${group.name}: ${numberText(group.value, finding)}`),
        more,
      );
    }
    case "count":
      return `해당하는 행은 모두 ${finding.rows.length}개입니다.`;
    case "distinct": {
      const { column, values, rows } = finding;
      return list(`${topic(column.name)} 모두 ${values.length}가지입니다. (${rows.length}개 행)`, values, more);
    }
  }
};
