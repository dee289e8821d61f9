import { Type } from "@sinclair/typebox";
import { RequestError } from "../domain/error.ts";
import type { Metadata } from "../domain/run.ts";
import { Text } from "../domain/text-field.ts";
import { type Dialect, STREAM_ONLY } from "./contract.ts";
import { ImagesField, imagesIn, NotBlank, nullable, ThreadField, UserField } from "./fields.ts";
import { native, PlacementFields, placementIn } from "./native.ts";

/** The most metadata of a run, as JSON, in characters. */
const MAX_METADATA = 16_384;

/** The name of an agent, as requests choose it. Whether there is one of that name is checked later. */
export const AgentField = nullable(
  Text({ minLength: 1, maxLength: 63, examples: ["solve"] }),
  "the name of an agent that GET /api/v1/agents lists, or null for the default",
);

/** A model, as requests choose it. */
export const ModelField = nullable(
  Text({ minLength: 1, maxLength: 300 }),
  "a model that GET /api/v1/models lists, or null for the agent's own",
);

const Request = Type.Object({
  agent: AgentField,
  input: Type.Object({ message: NotBlank, image_urls: ImagesField }, { description: "an object with a message" }),
  user_id: UserField,
  thread_id: ThreadField,
  ...PlacementFields,
  background: nullable(Type.Boolean(), "true, false or null; when true, the answer is the run's id, without a stream"),
  model: ModelField,
  metadata: nullable(
    Type.Unsafe<Metadata>(Type.Object({}, { examples: [{ order: 17 }] })),
    `an object of at most ${MAX_METADATA} characters as JSON, or null; stored with the run, never sent to a model`,
  ),
});

/** POST /api/v1/runs: any agent, in the native envelope. */
export const nativeRuns: Dialect<typeof Request> = {
  ...native,
  name: "native-runs",
  endpoints: [{ method: "POST", path: "/api/v1/runs", mode: "stream" }],
  request: Request,
  ...STREAM_ONLY,
  isResumable: true,
  isBackground: ({ background }) => background === true,
  ignored: (body) => [
    ...unread(body, Request.properties, ""),
    ...unread(body.input, Request.properties.input.properties, "input."),
  ],
  parse: ({ agent, input, thread_id, model, metadata, ...placement }, { locale, userId }) => ({
    userId,
    threadId: thread_id ?? null,
    agent: agent ?? null,
    placement: placementIn(placement),
    input: {
      message: input.message,
      images: imagesIn("input/image_urls", input.image_urls),
      streamTokens: true,
      locale,
      options: {},
      ...(metadata != null && { metadata: bounded(metadata) }),
    },
    model: model == null ? null : { name: model, provider: null, path: "/model" },
    file: null,
  }),
  guide: {
    ...native.guide,
    title: "Native envelope, any agent",
    takesBackground: true,
    about:
      "The native envelope with an agent of choice: `agent` is one that `GET /api/v1/agents` lists, `model` one that " +
      "`GET /api/v1/models` lists. `metadata` is the caller's own; the run shows it.",
  },
};

/** The fields of an object that a schema does not list. */
const unread = (given: object, listed: object, prefix: string): readonly string[] =>
  Object.keys(given)
    .filter((name) => !Object.hasOwn(listed, name))
    .map((name) => prefix + name);

const bounded = (metadata: Metadata): Metadata => {
  if (JSON.stringify(metadata).length <= MAX_METADATA) return metadata;
  const message = `must have at most ${MAX_METADATA} characters as JSON`;
  throw new RequestError("invalid", `metadata ${message}.`, { details: [{ path: "/metadata", message }] });
};
