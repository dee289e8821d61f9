import { Elysia } from "elysia";
import type { AnyAgent } from "../agents/contract.ts";
import { type Caller, type Dialect, type Form, StreamRefusal, type View } from "../dialects/contract.ts";
import { dialects } from "../dialects/index.ts";
import { threadIdOf } from "../domain/thread.ts";
import type { LiveRun } from "../runs/live.ts";
import type { RunRequest } from "../runs/runs.ts";
import { answerOf, endOf } from "./answer.ts";
import { readJson } from "./body.ts";
import { localeOf, namedUser, traceIdOf } from "./caller.ts";
import type { RouteParts } from "./context.ts";
import { requestErrorOf, statusOf, WordedRefusal } from "./errors.ts";
import { RunReader } from "./run-reader.ts";
import { oneFrame, streamHeaders } from "./stream.ts";
import { type Validator, validator } from "./validate.ts";

/** The endpoints that take a question: those of each wire in `dialects`. */
export const askingRoutes = (parts: RouteParts) => {
  const app = new Elysia({ name: "asking" });
  for (const dialect of dialects) {
    const desk = new Desk(dialect, parts);
    for (const { method, path, form } of dialect.endpoints) {
      app.route(method, path, ({ request, set }) => desk.serve(form, request, set.headers), { parse: "none" });
    }
  }
  return app;
};

/** Where one wire's questions are taken. */
class Desk {
  readonly #validate: Validator<Dialect["request"]>;
  readonly #agent: AnyAgent;

  constructor(
    private readonly dialect: Dialect,
    private readonly parts: RouteParts,
  ) {
    const agent = parts.agents.get(dialect.agent);
    if (agent === undefined) throw new Error(`the dialect ${dialect.name} wants the agent ${dialect.agent}`);
    this.#agent = agent;
    this.#validate = validator(dialect.request);
  }

  async serve(form: Form, request: Request, headers: Record<string, unknown>): Promise<unknown> {
    try {
      return await this.#serve(form, request, headers);
    } catch (thrown) {
      const error = requestErrorOf(thrown);
      const answer = this.dialect.refuse?.(error, statusOf(error)) ?? null;
      throw answer === null ? error : new WordedRefusal(error, answer);
    }
  }

  async #serve(form: Form, request: Request, headers: Record<string, unknown>): Promise<unknown> {
    const { dialect, parts } = this;
    const locale = localeOf(request.headers, parts.locale);
    const traceId = traceIdOf(request.headers, () => parts.system.id());
    const body = this.#validate(request.method === "GET" ? queryOf(request) : await readJson(request));
    const caller: Caller = { locale, userId: () => namedUser(request), file: null };
    let asked: RunRequest;
    try {
      asked = dialect.parse(body, caller);
    } catch (thrown) {
      if (!(thrown instanceof StreamRefusal)) throw thrown;
      const view = viewOf(thrown.threadId ?? parts.system.id(), parts.system.id(), traceId, locale);
      Object.assign(headers, streamHeaders(view));
      return oneFrame(thrown.frameFor(view));
    }
    const live = await parts.runs.start(this.#agent, asked, traceId);
    const view = viewOf(threadIdOf(live.threadKey), live.runId, traceId, locale);
    return form === "answer" ? this.#answer(live, view, request.signal) : this.#stream(live, view, request, headers);
  }

  #stream(live: LiveRun, view: View, request: Request, headers: Record<string, unknown>): RunReader {
    Object.assign(headers, streamHeaders(view));
    return new RunReader(this.dialect, live, view, request.signal, this.parts);
  }

  async #answer(live: LiveRun, view: View, signal: AbortSignal): Promise<Response> {
    const { dialect, parts } = this;
    if (dialect.answer === null) throw new Error(`the dialect ${dialect.name} gives no answer in one piece`);
    return answerOf(dialect.answer(await endOf(live, view, signal, parts), view), view);
  }
}

const viewOf = (threadId: string, runId: string, traceId: string, locale: View["locale"]): View => ({
  threadId,
  threadJson: JSON.stringify(threadId),
  runId,
  traceId,
  locale,
});

/** A parameter that is repeated is a list, which no schema of a query takes. */
const queryOf = (request: Request): unknown => {
  const { searchParams } = new URL(request.url);
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const values = searchParams.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
};
