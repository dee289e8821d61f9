import { storable } from "../../domain/text.ts";
import type { ModelRequest } from "../contract.ts";
import { ABOUT, NEEDS_TOOL } from "./about.ts";
import { callFor, type NeededCall } from "./calls.ts";
import { conversationIn } from "./conversation.ts";
import { explain } from "./explain/explain.ts";
import { languageOf } from "./language.ts";
import { recognise } from "./recognise.ts";

/** What the model does with a request: it calls a tool, or it speaks. */
export type Reply =
  | { readonly kind: "call"; readonly call: NeededCall }
  | { readonly kind: "text"; readonly text: string };

const text = (said: string): Reply => ({ kind: "text", text: storable(said) });

/** A pure function of the request; it never throws. */
export const reply = (request: ModelRequest): Reply => {
  const { questions, outcomes } = conversationIn(request.messages);
  const question = questions[0] ?? "";
  const locale = languageOf(question);
  const task = recognise(question);
  if (task === null) return text(ABOUT[locale]);
  const call = callFor(task);
  const outcome = outcomes.findLast(({ name }) => name === call.name);
  if (outcome !== undefined) return text(explain(task, outcome, locale));
  if (!request.tools.some(({ name }) => name === call.name)) return text(NEEDS_TOOL[locale](call.name));
  return { kind: "call", call };
};
