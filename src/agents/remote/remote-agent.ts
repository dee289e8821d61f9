import type { System } from "../../domain/system.ts";
import { Answer } from "../../models/answer.ts";
import type { ModelMessage } from "../../models/contract.ts";
import { estimateUsage } from "../../models/usage.ts";
import type { Post } from "../../upstream/contract.ts";
import type { Context } from "../context.ts";
import type { RunDefinition } from "../definition.ts";
import { connect } from "./connect.ts";
import { IdleTimeout } from "./idle-timeout.ts";
import { Notes } from "./notes.ts";
import { RemoteReader } from "./remote-reader.ts";
import { runInputOf } from "./run-input.ts";

/** How long a remote agent may send nothing at all, in milliseconds. The run's own timeout may be shorter. */
const IDLE_MS = 300_000;

/** A connection that is used again may be closed just then, and the request would have to be sent a second time. */
const ONCE = { connection: "close" } as const;

/** Where an agent is that runs elsewhere, and speaks AG-UI. */
interface RemoteAddress {
  readonly url: string;
  /** Sent with each request. They may hold secrets. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface RemoteParts {
  /** Sends one request once, over a connection of its own. Follows no redirects: headers go to no other address. */
  readonly post: Post;
  readonly system: System;
  /** Defaults to 5 minutes. */
  readonly idleMs?: number;
}

/**
 * Returns how an agent runs that is elsewhere: one request a turn, whose events become the run's. A run that is begun
 * again, after a takeover, asks again under the same ids.
 */
export const remoteAgent =
  ({ post, system, idleMs = IDLE_MS }: RemoteParts) =>
  ({ url, headers = {} }: RemoteAddress): RunDefinition["run"] =>
    async function* (context) {
      const messages = await messagesOf(context);
      const input = runInputOf(context, messages);
      const { threadId, runId, node } = context;
      const questionId = input.messages.at(-1)?.id ?? "";
      const notes = new Notes(context.log);
      const reader = new RemoteReader({ threadId, runId, node, questionId }, notes);
      using idleTimeout = new IdleTimeout(idleMs, system);
      const signal = AbortSignal.any([context.signal, idleTimeout.signal]);
      const request = { url, headers: { ...headers, ...ONCE }, body: JSON.stringify(input), signal };
      try {
        const body = await connect(request, {
          post,
          system,
          onRetry: (attempt, { cause }) =>
            context.log.warn("the remote agent could not be reached, trying again", {
              attempt,
              ...(cause instanceof Error && { cause: cause.message }),
            }),
        });
        yield (emit) => new Answer(idleTimeout.of(body), reader, signal, emit).read();
      } finally {
        if (reader.usage !== null) context.spend(reader.usage);
        else if (reader.emitted > 0) context.spend(estimateUsage({ system: "", messages, tools: [] }, reader.tokens));
      }
      return reader.result;
    };

/** The conversation before this turn, and the turn's message. */
const messagesOf = async ({ history, input }: Context): Promise<readonly ModelMessage[]> => [
  ...(await history()),
  { role: "user", content: input.message, images: input.images },
];
