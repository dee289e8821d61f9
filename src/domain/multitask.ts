import { type Static, Type } from "@sinclair/typebox";

/**
 * What becomes of a thread's unfinished runs, queued ones included, when it gets another message.
 * `queue`: nothing; the new run waits behind them. `reject`: nothing; the message is refused.
 * `interrupt`: they are cancelled, and what they have said stays.
 * `replace`: they are cancelled, and the new run takes their place.
 */
export const Multitask = Type.Union(
  [Type.Literal("queue"), Type.Literal("reject"), Type.Literal("interrupt"), Type.Literal("replace")],
  { description: "queue, reject, interrupt or replace" },
);
export type Multitask = Static<typeof Multitask>;
