import type { FrameGuide } from "../../dialects/guide.ts";
import { type Json, pascal } from "./components.ts";

/**
 * What a stream may hold, in the form that OpenAPI 3.2 (§4.14.4) gives to server-sent events: an object a frame, a property a
 * line. OpenAPI 3.1 has no word for the items of a stream; a list of them comes nearest. What a frame's data is once it is
 * parsed has a name of its own among the components: generators of types make nothing of `contentSchema`.
 */
export const eventStream = (wire: string, frames: readonly FrameGuide[]): Json => ({
  type: "array",
  description: "One item a frame. Between them stand comments (`:`), at the beginning and whenever it has been quiet.",
  items: { oneOf: frames.map((frame) => frameSchema(wire, frame)) },
});

const frameSchema = (wire: string, frame: FrameGuide): Json => {
  const { event, when, id } = frame;
  const data = { ...frame.data, title: payloadName(wire, frame) };
  const type = frame.data.properties?.type;
  // Where no `event:` line tells frames apart, what does stands beside the reference that `data` becomes.
  const contentSchema = event === null && type !== undefined ? { allOf: [data], properties: { type } } : data;
  const properties = {
    ...(id !== undefined && { id: { type: "string", pattern: ":\\d+$", description: id } }),
    ...(event !== null && { event: { const: event } }),
    data: { type: "string", contentMediaType: "application/json", contentSchema },
  };
  // The failure that could not be kept has no id, though all others have.
  const required = event === null ? ["data"] : ["event", "data"];
  const title = pascal(`${wire} ${nameOf(frame)} frame`);
  return { title, type: "object", description: `${when}.`, required, properties };
};

/** What the frame's data is called among the components, such as `NativeEnvelopeToken`. */
export const payloadName = (wire: string, frame: FrameGuide): string =>
  frame.data.title ?? pascal(`${wire} ${nameOf(frame)}`);

/** What a reader tells frames apart by. */
export const nameOf = ({ event, data }: FrameGuide): string => event ?? data.properties?.type?.const ?? "message";
