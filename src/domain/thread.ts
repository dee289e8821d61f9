import { Text } from "./text-field.ts";

/** 1–128 characters, no `:` (it separates user and thread in the key), no control characters. */
export const UserId = Text({ minLength: 1, maxLength: 128, pattern: "^[^:\\u0000-\\u001f\\u007f-\\u009f]+$" });
/**
 * 1–256 characters, no control characters; may hold `:`. Not `.` or `..`: paths resolve these away (RFC 3986 §5.2.4),
 * also when percent-encoded, so such a thread could be written to and never be read.
 */
export const ThreadId = Text({
  minLength: 1,
  maxLength: 256,
  pattern: "^(?!\\.{1,2}$)[^\\u0000-\\u001f\\u007f-\\u009f]+$",
});
export const THREAD_ID_RULE = "1 to 256 characters without control characters, and neither '.' nor '..'";

/**
 * `userId:threadId`. Unambiguous, because a user id holds no `:`. Two users with the same thread id never share a
 * thread.
 */
export type ThreadKey = `${string}:${string}`;

export const threadKey = (userId: string, threadId: string): ThreadKey => `${userId}:${threadId}`;
export const userOf = (key: ThreadKey): string => key.slice(0, key.indexOf(":"));
export const threadIdOf = (key: ThreadKey): string => key.slice(key.indexOf(":") + 1);

export interface Thread {
  readonly threadKey: ThreadKey;
  readonly title: string | null;
  /** The last seq of the last finished run; a run under way may be past it. 0 for an empty thread. */
  readonly lastSeq: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}
