/**
 * Returns a header that may contain any text. Clients send UTF-8 (EventSource its `Last-Event-ID`), and the server
 * returns each byte as one character (Fetch standard, "isomorphic decode"). Bytes that are not UTF-8 are unchanged.
 */
export const headerText = (headers: Headers, name: string): string | null => {
  const value = headers.get(name);
  if (value === null || !/[\x80-\xff]/.test(value)) return value;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
};
