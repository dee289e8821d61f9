/**
 * A header that may hold any text. Clients send UTF-8 (EventSource its `Last-Event-ID`), and the server hands every byte
 * over as a character of its own (Fetch standard, "isomorphic decode"). Bytes that are no UTF-8 stay as they are.
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
