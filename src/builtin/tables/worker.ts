import type { TableRequest } from "../../services/chat/tables.ts";
import { READY } from "../../workers/pooled-worker.ts";
import { askTable } from "./ask.ts";
import type { TableAnswer } from "./table-workers.ts";

declare const self: { onmessage: ((event: MessageEvent<TableRequest>) => void) | null };

self.onmessage = ({ data: { table, query, locale } }) => {
  let answer: TableAnswer = { reply: null };
  try {
    answer = { reply: askTable(table, query, locale) };
  } catch {
    // The computation ran out of stack or memory for its input.
  }
  postMessage(answer);
};

postMessage(READY);
