import type { TSchema } from "@sinclair/typebox";
import { Components, type Json } from "./components.ts";
import { eventStream, nameOf } from "./event-stream.ts";
import { isOpen, type Operation, type Reply, type Tag } from "./operation.ts";
import { refusalResponses, refusalsOf } from "./refusals.ts";
import { credentialParameters, type Security } from "./security.ts";

/** A route as Elysia lists it. */
export interface MountedRoute {
  readonly method: string;
  /** `/threads/:threadId` */
  readonly path: string;
  readonly hooks: { readonly detail?: unknown };
}

interface DocumentOptions {
  readonly version: string;
  /** The root of the service, relative to the document's own URL. */
  readonly server: string;
  readonly security: Security;
}

/**
 * Makes the OpenAPI 3.1 document of these routes. Its server is relative, so it also holds behind an ingress that
 * strips a prefix. Throws for a route without a description, and for two schemas of one name.
 */
export const openApiDocument = (
  routes: readonly MountedRoute[],
  { version, server, security }: DocumentOptions,
): Json => {
  const components = new Components();
  const wantsCredential = security.required.length > 0;
  const tags = new Map<string, Tag>();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, path, operation } of inOrder(routes)) {
    // The order of headings is that of their last operations: what is mounted last comes last.
    tags.delete(operation.tag.name);
    tags.set(operation.tag.name, operation.tag);
    const template = path.replace(/:(\w+)/g, "{$1}");
    paths[template] = {
      ...paths[template],
      [method.toLowerCase()]: operationJson(method, template, operation, wantsCredential),
    };
  }
  const placed = components.place({ paths, responses: usedIn(paths, refusalResponses()) }) as Record<
    "paths" | "responses",
    Json
  >;
  return {
    openapi: "3.1.0",
    info: { title: "Yeoul", version, description: ABOUT, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    servers: [{ url: server }],
    tags: [...tags.values()],
    // Always present: without it an operation's requirements would be unknown.
    security: wantsCredential ? security.required : [],
    paths: placed.paths,
    components: {
      schemas: components.all(),
      responses: placed.responses,
      headers: HEADERS,
      ...(wantsCredential && { securitySchemes: security.schemes }),
    },
  };
};

/** Which refusals exist depends on the access control; those that no operation refers to are left out. */
const usedIn = (paths: Json, responses: Json): Json => {
  const text = JSON.stringify(paths);
  return Object.fromEntries(
    Object.entries(responses).filter(([name]) => text.includes(`"#/components/responses/${name}"`)),
  );
};

/** Open endpoints are the least interesting to read about and come last. */
const inOrder = (routes: readonly MountedRoute[]) => {
  const mounted = routes.flatMap(({ method, path, hooks }) => {
    const operation = operationIn(hooks.detail);
    if (operation === null) throw new Error(`${method} ${path} is not described`);
    return operation === "hidden" ? [] : [{ method, path, operation }];
  });
  return mounted.sort((a, b) => Number(isOpen(a.operation)) - Number(isOpen(b.operation)));
};

/** Null when the route has no description. */
const operationIn = (detail: unknown): Operation | "hidden" | null => {
  if (typeof detail !== "object" || detail === null) return null;
  if ("hide" in detail && detail.hide === true) return "hidden";
  return "operation" in detail ? (detail.operation as Operation) : null;
};

const operationJson = (method: string, path: string, operation: Operation, wantsCredential: boolean): Json => {
  const { tag, summary, description, replies } = operation;
  const parameters = [...(operation.parameters ?? []), ...credentialParameters(method, operation)];
  return {
    operationId: idOf(method, path),
    tags: [tag.name],
    summary,
    ...(description !== undefined && { description }),
    ...(wantsCredential && isOpen(operation) && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...requestBody(operation),
    responses: {
      ...refusalsOf(operation, wantsCredential),
      ...Object.fromEntries(Object.entries(replies).map(([status, reply]) => [status, responseOf(reply)])),
    },
  };
};

/** Converts `GET /api/v1/runs/{runId}` to `get_api_v1_runs_runId`. */
const idOf = (method: string, path: string): string =>
  `${method.toLowerCase()}${path.replace(/[^A-Za-z0-9]+/g, "_")}`.replace(/_+$/, "");

const requestBody = ({ body, form, isBodyOptional = false }: Operation): Json => {
  if (body === undefined) return {};
  const multipart = form && { "multipart/form-data": { schema: withFile(form) } };
  return {
    requestBody: { required: !isBodyOptional, content: { "application/json": { schema: body }, ...multipart } },
  };
};

const withFile = (form: TSchema): Json => ({
  ...form,
  required: [...(form.required ?? []), "file"],
  properties: { ...form.properties, file: { type: "string", format: "binary" } },
});

const responseOf = (reply: Reply): Json => {
  const { description } = reply;
  switch (reply.kind) {
    case "empty":
      return { description };
    case "json":
      return { description, content: { "application/json": { schema: reply.schema } } };
    case "bytes":
      return { description, content: { [reply.mediaType]: {} } };
    case "frames": {
      const schema = eventStream(reply.wire, reply.frames);
      const events = reply.frames.map((frame) => `- \`${nameOf(frame)}\`: ${frame.when}`);
      const headers = Object.fromEntries(Object.keys(HEADERS).map((name) => [name, { $ref: `${HEADER_AT}${name}` }]));
      return {
        description: [description, "", ...events].join("\n"),
        headers,
        content: { "text/event-stream": { schema } },
      };
    }
  }
};

const HEADER_AT = "#/components/headers/";
const HEADERS: Json = {
  "x-trace-id": { description: "The trace id: the caller's, or a generated one.", schema: { type: "string" } },
  "x-run-id": {
    description: "The run's id. When a thread is read: the id of its active run, or else of its last run.",
    schema: { type: "string" },
  },
  "x-thread-id": {
    description: "The thread's id, with characters that a header cannot hold percent-encoded.",
    schema: { type: "string" },
  },
};

const ABOUT = `Turns a language-model agent into a durable stream.

A **thread** is an append-only log of events, a **run** a stretch of it that ends in exactly one terminal event. Every event
is stored before a client sees it, and a run continues when its client disconnects.

A **stream** is \`text/event-stream\` (WHATWG HTML §9.2). It starts with a comment and sends another whenever it is idle.
It ends with exactly one terminal frame; if it ends without one, the connection broke. A request that cannot be served
receives a plain HTTP error before any stream starts.`;
