import type { TableRequest } from "../../services/chat/tables.ts";
import { READY } from "../../workers/worker-thread.ts";
import { askTable } from "./ask.ts";
import type { TableAnswer } from "./table-workers.ts";

declare const self: { onmessage: ((event: MessageEvent<TableRequest>) => void) | null };

self.onmessage = ({ data: { table, asked, locale } }) => {
  let answer: TableAnswer = { reply: null };
  try {
    answer = { reply: askTable(table, asked, locale) };
  } catch {
    // Out of stack or memory, for what it was asked.
  }
  postMessage(answer);
};

postMessage(READY);
