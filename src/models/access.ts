/** Where a provider answers. Paths go before the query of its address (Azure's `?api-version=`), which every call keeps. */
export interface Address {
  /** Without query and trailing slash, so that a path can follow. */
  readonly root: string;
  /** With its `?`; empty when there is none. */
  readonly query: string;
}

/** Splits a base URL. The configuration has refused a fragment. */
export const addressOf = (baseUrl: string): Address => {
  const at = baseUrl.indexOf("?");
  const path = at < 0 ? baseUrl : baseUrl.slice(0, at);
  const query = at < 0 ? "" : baseUrl.slice(at);
  return { root: path.replace(/\/+$/, ""), query: query === "?" ? "" : query };
};

/** Returns the URL of a path, which begins with a slash and has no query. */
export const urlAt = (baseUrl: string, path: string): string => {
  const { root, query } = addressOf(baseUrl);
  return root + path + query;
};

/**
 * Returns a `fetch` that adds the base URL's query to every request. SDKs append their paths to the whole base URL, so
 * they are given its root and this.
 */
export const fetchAt = (baseUrl: string, send: typeof fetch): typeof fetch => {
  const { query } = addressOf(baseUrl);
  if (query === "") return send;
  const withQuery = (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (url instanceof Request) throw new Error("An SDK sent a Request where it sends addresses.");
    const text = String(url);
    return send(text + (text.includes("?") ? query.replace("?", "&") : query), init);
  };
  return Object.assign(withQuery, { preconnect: send.preconnect });
};
