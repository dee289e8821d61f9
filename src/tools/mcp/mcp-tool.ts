import { Type } from "@sinclair/typebox";
import type { EventBody } from "../../domain/event.ts";
import { type Tool, type ToolCallContext, ToolError } from "../contract.ts";
import { EventQueue } from "../event-queue.ts";
import type { McpWorker } from "./mcp-worker.ts";
import type { ListedTool, Progress, ReturnedImage } from "./messages.ts";
import { modelNameOf } from "./tool-name.ts";

/** The shortest time between two reports of one call's progress. */
const PROGRESS_MS = 250;

/** A server's tool, as agents call it. Its server receives the user's id, and a key that is the same for every attempt. */
export const mcpTool = (server: string, { name, description, input }: ListedTool, worker: McpWorker): Tool => ({
  name: modelNameOf(server, name),
  description,
  // The server checks it, and describes a mistake best.
  checksInput: true,
  input: Type.Unsafe<unknown>(input),
  async *call(given, context) {
    const { userId, idempotencyKey, signal } = context;
    const meta = { "yeoul/user_id": userId, "yeoul/idempotency_key": idempotencyKey };
    const progress = new ProgressEvents(modelNameOf(server, name), context);
    const calling = worker.call({ server, tool: name, input: given, meta }, signal, (step) => progress.take(step));
    yield* progress.until(calling);
    const outcome = await calling;
    signal.throwIfAborted();
    if (outcome.isError) throw new ToolError(outcome.message);
    if (outcome.images.length === 0) return outcome.output;
    const images: string[] = [];
    for (const image of outcome.images) images.push(yield* shown(image, context));
    return { result: outcome.output, images };
  },
});

/** The events of a call's progress, at most four a second. */
class ProgressEvents {
  readonly #queue = new EventQueue();
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly name: string,
    private readonly context: ToolCallContext,
  ) {}

  take({ progress, total, message }: Progress): void {
    const now = this.context.system.now();
    if (now - this.#lastAt < PROGRESS_MS) return;
    this.#lastAt = now;
    const details = { ...(total !== null && { total }), ...(message !== null && { message }) };
    const data = { tool_call_id: this.context.toolCallId, name: this.name, progress, ...details };
    this.#queue.push({ type: "custom", payload: { name: "tool_progress", data } });
  }

  until(work: Promise<unknown>): AsyncGenerator<EventBody, void, void> {
    return this.#queue.until(work);
  }
}

/** Shows a picture in the answer. Returns its address. */
async function* shown(
  { mediaType, bytes, width, height }: ReturnedImage,
  { system, saveImage }: ToolCallContext,
): AsyncGenerator<EventBody, string, void> {
  const image_id = system.id();
  yield { type: "image_placeholder", payload: { image_id, alt: "" } };
  const url = await saveImage({ imageId: image_id, mediaType, bytes, width, height });
  yield { type: "image_result", payload: { image_id, url, media_type: mediaType, width, height } };
  return url;
}
