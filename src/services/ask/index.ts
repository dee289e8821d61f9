import type { Agent } from "../../agents/contract.ts";
import type { SolveParts } from "../solve/parts.ts";
import { titleOf } from "../title.ts";
import { type AskState, answer } from "./answer.ts";

/** Answers a question from the model and the thread's earlier turns, without documents. */
export const askAgent = ({ tools }: Pick<SolveParts, "tools">): Agent<AskState> => ({
  name: "ask",
  title: titleOf,
  begin: ({ message }) => ({ question: message, answer: "" }),
  start: "answer",
  nodes: [answer(tools)],
  result: () => undefined,
  timeoutMs: null,
});
