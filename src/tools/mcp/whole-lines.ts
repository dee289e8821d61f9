const NEWLINE = 0x0a;

/**
 * Passes an event stream on in chunks that end with a line. The SDK's parser searches a line from its beginning with
 * every chunk, so that a line of 50 MB, such as a large result, takes many seconds.
 */
export const wholeLines = (response: Response): Response => {
  const { body, headers, status, statusText } = response;
  if (body === null || !headers.get("content-type")?.startsWith("text/event-stream")) return response;
  const begun: Uint8Array[] = [];
  const joined = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        const end = chunk.lastIndexOf(NEWLINE) + 1;
        if (end > 0) controller.enqueue(Buffer.concat([...begun.splice(0), chunk.subarray(0, end)]));
        if (end < chunk.length) begun.push(chunk.subarray(end));
      },
      flush(controller) {
        if (begun.length > 0) controller.enqueue(Buffer.concat(begun));
      },
    }),
  );
  return new Response(joined, { headers, status, statusText });
};
