import type { FrameGuide } from "../../dialects/openapi-guide.ts";
import { type Json, pascal } from "./components.ts";

/**
 * Describes a stream's frames in the form that OpenAPI 3.2 (§4.14.4) has for server-sent events: an object per frame, a
 * property per line. OpenAPI 3.1 cannot describe the items of a stream; a list comes nearest. The parsed data of each
 * frame has its own name among the components, since type generators ignore `contentSchema`.
 */
export const eventStream = (wire: string, frames: readonly FrameGuide[]): Json => ({
  type: "array",
  description: "One item per frame. Comments (`:`) are sent at the start and whenever the stream is idle.",
  items: { oneOf: frames.map((frame) => frameSchema(wire, frame)) },
});

const frameSchema = (wire: string, frame: FrameGuide): Json => {
  const { event, when, id } = frame;
  const data = { ...frame.data, title: payloadName(wire, frame) };
  const type = frame.data.properties?.type;
  // Without an `event:` line, the property that distinguishes the frame stands beside the reference that replaces
  // `data`.
  const contentSchema = event === null && type !== undefined ? { allOf: [data], properties: { type } } : data;
  const properties = {
    ...(id !== undefined && { id: { type: "string", pattern: ":\\d+$", description: id } }),
    ...(event !== null && { event: { const: event } }),
    data: { type: "string", contentMediaType: "application/json", contentSchema },
  };
  // Only the failure that could not be stored has no id.
  const required = event === null ? ["data"] : ["event", "data"];
  const title = pascal(`${wire} ${nameOf(frame)} frame`);
  return { title, type: "object", description: `${when}.`, required, properties };
};

/** The name of the frame's data among the components, such as `NativeEnvelopeToken`. */
export const payloadName = (wire: string, frame: FrameGuide): string =>
  frame.data.title ?? pascal(`${wire} ${nameOf(frame)}`);

/** The name by which a reader distinguishes frames. */
export const nameOf = ({ event, data }: FrameGuide): string => event ?? data.properties?.type?.const ?? "message";
