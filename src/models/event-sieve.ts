/** Looks at the data of an event. Returns what to pass on in its place, or null for nothing. */
export type Sieve = (data: string) => string | null;

/**
 * Returns a `fetch` whose event streams pass through a sieve, made anew for each response. For a parser that gives up a
 * whole answer over an event that it does not know. Each event must be lines of data and a blank line, as
 * `boundedFetch` leaves them.
 */
export const sievedFetch = (send: typeof fetch, sieve: () => Sieve): typeof fetch => {
  const sieved = async (...request: Parameters<typeof fetch>): Promise<Response> => {
    const response = await send(...request);
    if (response.body === null || !response.ok) return response;
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(sieving(sieve())), { status, statusText, headers });
  };
  return Object.assign(sieved, { preconnect: send.preconnect });
};

const DATA = /^data: ?/;

const sieving = (sieve: Sieve): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> => {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let rest = "";
  return new TransformStream({
    transform(bytes, controller) {
      const piece = decoder.decode(bytes, { stream: true });
      // Only what is new can end an event; its blank line may be cut in two.
      const searched = Math.max(0, rest.length - 1);
      rest += piece;
      let from = 0;
      let out = "";
      for (let end = rest.indexOf("\n\n", searched); end >= 0; end = rest.indexOf("\n\n", from)) {
        out += passed(rest.slice(from, end), sieve);
        from = end + 2;
      }
      rest = rest.slice(from);
      if (out !== "") controller.enqueue(encoder.encode(out));
    },
    flush(controller) {
      if (rest !== "") controller.enqueue(encoder.encode(rest));
    },
  });
};

const passed = (event: string, sieve: Sieve): string => {
  const data = event
    .split("\n")
    .map((line) => line.replace(DATA, ""))
    .join("\n");
  const left = sieve(data);
  if (left === null) return "";
  return left === data ? `${event}\n\n` : `data: ${left}\n\n`;
};
