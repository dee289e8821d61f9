import type { Static } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { AnyAgent } from "../../agents/contract.ts";
import { type Dialect, type Endpoint, StreamRefusal } from "../../dialects/contract.ts";
import { DEFAULT_USER } from "../../dialects/fields.ts";
import { dialects } from "../../dialects/index.ts";
import type { RunFile } from "../../domain/document.ts";
import { type ErrorDetail, RequestError } from "../../domain/error.ts";
import type { Locale, RunInput } from "../../domain/run.ts";
import { threadIdOf } from "../../domain/thread.ts";
import type { ReadableRun, RunRequest } from "../../runs/contract.ts";
import { frameId } from "../../streams/frame-id.ts";
import { RunReader } from "../../streams/run-reader.ts";
import { oneFrame, oneNamedFrame } from "../../streams/steps.ts";
import type { RouteParts } from "../context.ts";
import { keyedRequest } from "../idempotency/key.ts";
import { identityOf } from "../identity/access-control.ts";
import { dialectOperation } from "../openapi/dialect-operation.ts";
import { described } from "../openapi/operation.ts";
import { requestErrorOf, statusOf, WordedRefusal } from "../refusal-status.ts";
import { localeOf, traceIdOf } from "../request/caller.ts";
import { multitaskOf } from "../request/multitask.ts";
import { invalid, type Validator, validator } from "../request/validate.ts";
import { accepted } from "../response/accepted.ts";
import { ignoredHeader, streamHeaders } from "../response/stream-headers.ts";
import { answerOf, endOf } from "./answer.ts";
import { readInput } from "./input.ts";
import { lastSeen, rejoin } from "./rejoin.ts";
import { ticketAnswer, ticketIn, ticketResponse } from "./tickets.ts";
import { unknownAgent } from "./unknown-agent.ts";
import { viewOf } from "./view.ts";

/** The endpoints that accept questions: those of each wire in `dialects`. */
export const dialectRoutes = (parts: RouteParts) => {
  const app = new Elysia({ name: "dialects" });
  for (const dialect of dialects) {
    const handler = new DialectHandler(dialect, parts);
    for (const endpoint of dialect.endpoints) {
      const { method, path } = endpoint;
      const detail = { ...described(dialectOperation(dialect, endpoint)), refuse: dialect.refuse };
      app.route(method, path, ({ request, set }) => handler.serve(endpoint, request, set.headers), {
        parse: "none",
        detail,
      });
    }
  }
  return app;
};

/** One request and what its headers say. */
interface RequestContext {
  readonly endpoint: Endpoint;
  readonly request: Request;
  /** The response's headers, when it is a stream. */
  readonly headers: Record<string, unknown>;
  readonly locale: Locale;
  readonly traceId: string;
}

interface ParsedRequest {
  readonly runRequest: RunRequest;
  readonly isBackground: boolean;
}

/** Handles the requests of one wire. */
class DialectHandler {
  readonly #validate: Validator<Dialect["request"]>;

  constructor(
    private readonly dialect: Dialect,
    private readonly parts: RouteParts,
  ) {
    if (parts.agents.get(dialect.agent) === undefined)
      throw new Error(`the dialect ${dialect.name} wants the agent ${dialect.agent}`);
    this.#validate = validator(dialect.request);
  }

  async serve(endpoint: Endpoint, request: Request, headers: Record<string, unknown>): Promise<unknown> {
    const { dialect, parts } = this;
    const turn = parts.runs.arrivals.enter();
    if (turn !== undefined) await turn;
    const locale = localeOf(request.headers, parts.locale);
    const traceId = traceIdOf(request.headers, () => parts.system.id());
    const context: RequestContext = { endpoint, request, headers, locale, traceId };
    try {
      if (request.method !== endpoint.method) {
        // HEAD would be answered as GET, and must not start a run (RFC 9110 §9.2.1).
        throw new RequestError("method_not_allowed", `Use ${endpoint.method}.`);
      }
      return await (endpoint.mode === "join" ? this.#join(context) : this.#start(context));
    } catch (thrown) {
      const error = requestErrorOf(thrown);
      const answer = dialect.refuse?.(error, statusOf(error)) ?? null;
      throw answer === null ? error : new WordedRefusal(error, answer);
    }
  }

  async #start(context: RequestContext): Promise<unknown> {
    const { dialect, parts } = this;
    const { endpoint, request, traceId } = context;
    const { body, file, release } = await readInput(request, dialect.takesFile);
    const seen = endpoint.method === "GET" ? lastSeen(request) : null;
    let hasStarted = false;
    try {
      const { runRequest, isBackground } = this.#parse(body, file, context);
      const { userId, threadId, input } = runRequest;
      if (seen !== null) return this.#rejoin(seen, userId, input, context);
      const keyed = endpoint.method === "POST" ? keyedRequest(request, endpoint.path, userId) : null;
      if (endpoint.mode === "ticket") {
        const issue = async () => ticketAnswer(await parts.tickets.issue(dialect.name, runRequest), dialect, endpoint);
        return ticketResponse(await parts.idempotency.write(keyed, request.signal, issue));
      }
      const run = await parts.idempotency.run(keyed, threadId, request.signal, async (made) => {
        const placed = made === null ? runRequest : { ...runRequest, threadId: made.threadId };
        const live = await parts.runs.start(this.#agentFor(runRequest), placed, traceId, made?.id);
        hasStarted = true;
        return live;
      });
      identityOf(request).threadFor(threadIdOf(run.threadKey));
      if (isBackground) return accepted(run, viewOf(run, input, context.locale), parts.store);
      return endpoint.mode === "answer" ? this.#answer(run, input, context) : this.#stream(run, input, context, 0);
    } catch (thrown) {
      if (!(thrown instanceof StreamRefusal)) throw thrown;
      return seen === null ? refusedInStream(thrown, context, parts) : noContent();
    } finally {
      // A run releases its file itself.
      if (!hasStarted || file === null) release();
    }
  }

  /** Throws `not_found`, with the names that exist, for an agent that does not. */
  #agentFor({ agent: name }: Pick<RunRequest, "agent">): AnyAgent {
    const { agents } = this.parts;
    const agent = agents.get(name ?? this.dialect.agent);
    if (agent !== undefined && (name === null || agent.isOffered)) return agent;
    throw unknownAgent(agents);
  }

  #parse(body: unknown, file: RunFile | null, { request, locale, headers }: RequestContext): ParsedRequest {
    const { field, isRequired } = this.dialect.user;
    const identity = identityOf(request);
    const checked = this.#checked(body, isRequired ? identity.missing(`/${field}`) : null);
    const userId = isRequired ? identity.requiredUser(`/${field}`) : (identity.userId ?? DEFAULT_USER);
    const runRequest = this.dialect.parse(checked, { locale, userId, file });
    const ignored = this.dialect.ignored(checked);
    if (ignored.length > 0) headers["x-ignored"] = ignoredHeader(ignored);
    const multitask = multitaskOf(request, runRequest.placement?.multitask ?? null);
    return {
      runRequest: {
        ...runRequest,
        ...(multitask !== null && { placement: { supersedes: null, ...runRequest.placement, multitask } }),
        threadId: identity.threadFor(runRequest.threadId),
      },
      isBackground: this.dialect.isBackground(checked),
    };
  }

  /** Reports schema errors and a missing user together, so that the caller can fix both at once. */
  #checked(body: unknown, missing: ErrorDetail | null): Static<Dialect["request"]> {
    try {
      return this.#validate(body);
    } catch (thrown) {
      const details = thrown instanceof RequestError && thrown.code === "invalid" ? thrown.details : [];
      const isFurther = details.length > 0 && details.every(({ path }) => path !== "" && path !== missing?.path);
      throw missing !== null && isFurther ? invalid([...details, missing]) : thrown;
    }
  }

  async #join(context: RequestContext): Promise<RunReader | Response> {
    const { dialect, parts } = this;
    const { request, traceId } = context;
    const question = await parts.tickets.get(dialect.name, ticketIn(request));
    const { userId, ticket, request: runRequest } = question;
    // The ticket names the user, as a path would.
    identityOf(request).addName(userId, "/userId");
    identityOf(request).threadFor(threadIdOf(ticket.threadKey));
    const seen = lastSeen(request);
    if (seen !== null) {
      // An id of another run does not belong to this stream.
      return seen.startsWith(`${ticket.runId}:`) ? this.#rejoin(seen, userId, runRequest.input, context) : noContent();
    }
    const run = await parts.tickets.redeem(question, this.#agentFor(runRequest), traceId, request.signal);
    return this.#stream(run, runRequest.input, context, 0);
  }

  /** A client that reconnects starts no new run: it receives what follows the last frame it has seen, if anything. */
  async #rejoin(seen: string, userId: string, input: RunInput, context: RequestContext): Promise<RunReader | Response> {
    const found = await rejoin(seen, userId, context.request.signal, this.parts);
    if (found === null) return noContent();
    identityOf(context.request).threadFor(threadIdOf(found.run.threadKey));
    return this.#stream(found.run, input, context, found.after);
  }

  #stream(run: ReadableRun, input: RunInput, { endpoint, headers, locale }: RequestContext, after: number): RunReader {
    const view = viewOf(run, input, locale);
    Object.assign(headers, streamHeaders(view));
    const isGet = endpoint.method === "GET";
    return new RunReader(
      this.dialect,
      run,
      this.dialect.isResumable || isGet,
      view,
      this.parts,
      isGet ? { after } : null,
    );
  }

  async #answer(run: ReadableRun, input: RunInput, { request, locale }: RequestContext): Promise<Response> {
    const { dialect, parts } = this;
    if (dialect.answer === null) throw new Error(`the dialect ${dialect.name} gives no answer in one piece`);
    const view = viewOf(run, input, locale);
    return answerOf(dialect.answer(await endOf(run, view, request.signal, parts), view), view);
  }
}

/** Tells an EventSource to stop (WHATWG HTML §9.2.3). */
const noContent = (): Response => new Response(null, { status: 204 });

/**
 * A stream of one frame, without a run. Its ids lead nowhere: a client that reconnects with one gets a 204 and stops.
 */
const refusedInStream = (
  refusal: StreamRefusal,
  { endpoint, headers, locale, traceId }: RequestContext,
  { system }: RouteParts,
) => {
  if (endpoint.mode !== "stream") throw new RequestError("invalid", "The question must not be blank.");
  const threadId = refusal.threadId ?? system.id();
  const runId = system.id();
  const view = { threadId, threadJson: JSON.stringify(threadId), runId, traceId, locale, options: {} };
  Object.assign(headers, streamHeaders(view));
  const frame = refusal.frameFor(view);
  return endpoint.method === "GET" ? oneNamedFrame(frame, frameId(runId, 0)) : oneFrame(frame);
};
