interface Route {
  readonly method: string;
  readonly path: string;
}

/** Returns the routes that match a path, whatever the method, for the 405. Empty when there are none. */
export const routesAmong = (routes: readonly Route[]): ((pathname: string) => readonly Route[]) => {
  const patterns = routes.map((route) => ({ route, pattern: new URLPattern({ pathname: route.path }) }));
  return (pathname) => {
    const path = pathname.length > 1 ? pathname.replace(/\/$/, "") : pathname;
    return patterns.filter(({ pattern }) => pattern.test({ pathname: path })).map(({ route }) => route);
  };
};

/**
 * Returns the methods of `Allow` (RFC 9110 §10.2.1). HEAD is left out: it is answered as GET, except where a GET starts
 * a run.
 */
export const methodsOf = (routes: readonly Route[]): readonly string[] => [
  ...new Set(routes.map(({ method }) => method)),
];
