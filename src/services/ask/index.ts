import { type Agent, PLAIN_AGENT } from "../../agents/contract.ts";
import { titleOf } from "../../domain/title.ts";
import type { SolveParts } from "../solve/parts.ts";
import { type AskState, answer } from "./answer.ts";

/** Answers a question from the model and the thread's earlier turns, without documents. */
export const askAgent = ({ tools }: Pick<SolveParts, "tools">): Agent<AskState> => ({
  ...PLAIN_AGENT,
  name: "ask",
  description: "Answers a question from the model and the earlier turns of the thread.",
  title: titleOf,
  begin: ({ message }) => ({ question: message, answer: "" }),
  start: "answer",
  nodes: [answer(tools)],
  result: () => undefined,
  timeoutMs: null,
});
