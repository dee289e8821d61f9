import { expect } from "bun:test";
import Ajv2020 from "ajv/dist/2020";
import formats from "ajv-formats";
import type { EventSourceMessage } from "eventsource-parser";
import type { Model } from "../../src/models/contract.ts";
import type { TestService } from "./service.ts";

type Json = { readonly [key: string]: Json } & { readonly $ref?: string; readonly summary?: string };

/**
 * The OpenAPI document that a service publishes. Real answers are checked against it: no key may be missing or extra.
 */
export interface PublishedDocument {
  readonly document: Json;
  /** Such as `GET /api/v1/runs/{runId}`, in the document's order. */
  readonly endpoints: readonly string[];
  /** Checks that the document describes this status and body for the endpoint; returns the body. */
  answers(endpoint: string, response: Response): Promise<unknown>;
  /** Checks that the document describes each of these frames, with its data, for the endpoint. */
  streams(endpoint: string, frames: readonly EventSourceMessage[]): void;
}

/** Returns the schema without room for undescribed keys, except where it allows others explicitly. */
const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isOpen = copy.properties === undefined || "additionalProperties" in copy || "patternProperties" in copy;
  return isOpen || copy.type !== "object" ? copy : { ...copy, additionalProperties: false };
};

export const publishedDocument = async (
  service: TestService<Model>,
  init?: RequestInit,
): Promise<PublishedDocument> => {
  const response = await service.get("/openapi.json", init);
  expect(response.status).toBe(200);
  const document = (await response.json()) as Json;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats(ajv);
  ajv.addSchema(closed(document) as Json, "document");

  /** Returns the value at a place in the document, and the pointer to it once references are resolved. */
  const at = (...path: readonly string[]): { readonly value: Json; readonly pointer: string } => {
    let pointer = "#";
    let value = document;
    for (const key of path) {
      const next = value[key];
      if (next === undefined) throw new Error(`the document has no ${key} at ${pointer}`);
      pointer += `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      value = next;
      if (typeof value.$ref === "string") {
        const target = at(...value.$ref.slice(2).split("/"));
        value = target.value;
        pointer = target.pointer;
      }
    }
    return { value, pointer };
  };
  const placeOf = (endpoint: string): readonly string[] => {
    const [method = "", path = ""] = endpoint.split(" ");
    return ["paths", path, method.toLowerCase()];
  };
  const check = (pointer: string, value: unknown): void => {
    const validate = ajv.compile({ $ref: `document${encodeURI(pointer)}` });
    validate(value);
    expect([pointer, validate.errors ?? []]).toEqual([pointer, []]);
  };

  return {
    document,
    endpoints: Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    ),
    answers: async (endpoint, answer) => {
      const { value } = at(...placeOf(endpoint), "responses", `${answer.status}`);
      const [mediaType = ""] = (answer.headers.get("content-type") ?? "").split(";");
      if (value.content === undefined) {
        expect(await answer.text()).toBe("");
        return undefined;
      }
      const body: unknown = await answer.json();
      check(at(...placeOf(endpoint), "responses", `${answer.status}`, "content", mediaType, "schema").pointer, body);
      return body;
    },
    streams: (endpoint, frames) => {
      const stream = [...placeOf(endpoint), "responses", "200", "content", "text/event-stream", "schema"];
      const kinds = Object.keys(at(...stream, "items", "oneOf").value).map((n) => at(...stream, "items", "oneOf", n));
      for (const { id, event, data } of frames) {
        const payload = JSON.parse(data) as { readonly type?: string };
        const frame = { ...(id !== undefined && { id }), ...(event !== undefined && { event }), data };
        const kind = kinds.find(({ value: { properties } }) =>
          event === undefined
            ? (properties?.data?.contentSchema?.properties?.type?.const as unknown) === payload.type
            : (properties?.event?.const as unknown) === event,
        );
        if (kind === undefined) throw new Error(`${endpoint} is not said to stream ${event ?? payload.type}`);
        check(kind.pointer, frame);
        const schema = at(...kind.pointer.slice(2).split("/"), "properties", "data", "contentSchema");
        check(schema.pointer, payload);
      }
    },
  };
};
