import { Elysia } from "elysia";
import type { Dialect } from "../dialects/contract.ts";
import { dialects } from "../dialects/index.ts";
import { threadIdOf } from "../domain/thread.ts";
import { readJson } from "./body.ts";
import { localeOf, traceIdOf } from "./caller.ts";
import type { RouteParts } from "./context.ts";
import { RunReader } from "./run-reader.ts";
import { streamHeaders } from "./stream.ts";
import { validator } from "./validate.ts";

/** The endpoints that take a question and stream its run: one for each wire in `dialects`. */
export const askingRoutes = (parts: RouteParts) => {
  const app = new Elysia({ name: "asking" });
  for (const dialect of dialects) {
    const ask = asker(dialect, parts);
    for (const { method, path } of dialect.endpoints) {
      app.route(method, path, ({ request, set }) => ask(request, set.headers), { parse: "none" });
    }
  }
  return app;
};

const asker = (dialect: Dialect, parts: RouteParts) => {
  const validate = validator(dialect.request);
  const agent = parts.agents.get(dialect.agent);
  if (agent === undefined) throw new Error(`the dialect ${dialect.name} wants the agent ${dialect.agent}`);
  return async (request: Request, headers: Record<string, unknown>) => {
    const body = request.method === "GET" ? queryOf(request) : await readJson(request);
    const locale = localeOf(request.headers, parts.locale);
    const traceId = traceIdOf(request.headers, () => parts.system.id());
    const live = await parts.runs.start(agent, dialect.parse(validate(body), locale), traceId);
    const threadId = threadIdOf(live.threadKey);
    const view = { threadId, threadJson: JSON.stringify(threadId), runId: live.runId, traceId, locale };
    Object.assign(headers, streamHeaders(view));
    return new RunReader(dialect, live, view, request.signal, parts);
  };
};

const queryOf = (request: Request): unknown => Object.fromEntries(new URL(request.url).searchParams);
