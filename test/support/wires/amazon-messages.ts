/** How a frame of bytes is written in the strings that stand-ins send. */
const MARK = "base64:";

/** Returns the bytes of a frame. */
export const bytesOf = (frame: string): Uint8Array =>
  frame.startsWith(MARK) ? Buffer.from(frame.slice(MARK.length), "base64") : new TextEncoder().encode(frame);

/**
 * A message of Amazon's event stream, as a frame. https://smithy.io/2.0/aws/amazon-eventstream.html: two lengths and
 * their checksum, headers, payload, checksum.
 */
export const amazonMessage = (headers: Readonly<Record<string, string>>, payload: unknown): string => {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => headerOf(name, value)));
  const body = Buffer.from(JSON.stringify(payload));
  const message = Buffer.alloc(12 + head.length + body.length + 4);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(head.length, 4);
  message.writeUInt32BE(Bun.hash.crc32(message.subarray(0, 8)), 8);
  head.copy(message, 12);
  body.copy(message, 12 + head.length);
  message.writeUInt32BE(Bun.hash.crc32(message.subarray(0, -4)), message.length - 4);
  return MARK + message.toString("base64");
};

/** Type 7 is a string. */
const headerOf = (name: string, value: string): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([
    Buffer.from([Buffer.byteLength(name)]),
    Buffer.from(name),
    Buffer.from([7]),
    length,
    Buffer.from(value),
  ]);
};
