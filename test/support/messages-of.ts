import type { Message } from "../../src/domain/message.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";

/** Returns all messages of a thread in order, however many pages they take. */
export const messagesOf = async (
  { threads }: Pick<Store, "threads">,
  threadKey: ThreadKey,
): Promise<readonly Message[]> => {
  const all: Message[] = [];
  for (let before: number | null = null; ; before = all[0]?.seq ?? null) {
    const { messages, hasMore } = await threads.messagePage(threadKey, { limit: 500, maxBytes: 2 ** 40, before });
    all.unshift(
      ...messages.map(({ id, role, content, seq, runId, createdAt }) => ({ id, role, content, seq, runId, createdAt })),
    );
    if (!hasMore) return all;
  }
};
