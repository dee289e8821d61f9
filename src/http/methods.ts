interface Route {
  readonly method: string;
  readonly path: string;
}

/**
 * Which methods are answered at a path, for whoever asked by another (RFC 9110 §15.5.6). None: nothing is there. HEAD is not
 * named: it goes with GET, except where a GET begins a run.
 */
export const methodsAmong = (routes: readonly Route[]): ((pathname: string) => readonly string[]) => {
  const patterns = routes.map(({ method, path }) => ({ method, pattern: new URLPattern({ pathname: path }) }));
  return (pathname) => {
    const path = pathname.length > 1 ? pathname.replace(/\/$/, "") : pathname;
    const there = patterns.filter(({ pattern }) => pattern.test({ pathname: path }));
    return [...new Set(there.map(({ method }) => method))];
  };
};
