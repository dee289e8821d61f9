/**
 * A model server that answers no call before `count` have arrived: if one call had to wait for another to end, none
 * would end. All calls get the same frames.
 */
export const barrierServer = (count: number, frames: readonly string[]) => {
  const all = Promise.withResolvers<void>();
  let arrived = 0;
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch() {
      arrived += 1;
      if (arrived === count) all.resolve();
      await all.promise;
      return new Response(frames.join(""), { headers: { "content-type": "text/event-stream" } });
    },
  });
};
