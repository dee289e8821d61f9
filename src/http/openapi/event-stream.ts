import type { FrameGuide } from "../../dialects/guide.ts";
import { type Json, pascal } from "./components.ts";

/**
 * What a stream may hold, in the form that OpenAPI 3.2 (§4.14.4) gives to server-sent events: an object a frame, a property a
 * line. OpenAPI 3.1 has no word for the items of a stream; a list of them comes nearest.
 */
export const eventStream = (wire: string, frames: readonly FrameGuide[]): Json => ({
  type: "array",
  description: "One item a frame. Between them stand comments (`:`), at the beginning and whenever it has been quiet.",
  items: { oneOf: frames.map((frame) => frameSchema(wire, frame)) },
});

const frameSchema = (wire: string, frame: FrameGuide): Json => {
  const { event, when, data, id } = frame;
  const properties = {
    ...(id !== undefined && { id: { type: "string", description: id } }),
    ...(event !== null && { event: { const: event } }),
    data: { type: "string", contentMediaType: "application/json", contentSchema: data },
  };
  // The failure that could not be kept has no id, though all others have.
  const required = event === null ? ["data"] : ["event", "data"];
  const title = pascal(`${wire} ${nameOf(frame)} frame`);
  return { title, type: "object", description: `${when}.`, required, properties };
};

/** What a reader tells frames apart by. */
export const nameOf = ({ event, data }: FrameGuide): string => event ?? data.properties?.type?.const ?? "message";
