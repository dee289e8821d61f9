/** Returns this many lists, each but the last in another. */
export const nested = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth));
