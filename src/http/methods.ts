interface Route {
  readonly method: string;
  readonly path: string;
}

/** The routes that are answered at a path, whatever the method: for whoever asked by another. None: nothing is there. */
export const routesAmong = (routes: readonly Route[]): ((pathname: string) => readonly Route[]) => {
  const patterns = routes.map((route) => ({ route, pattern: new URLPattern({ pathname: route.path }) }));
  return (pathname) => {
    const path = pathname.length > 1 ? pathname.replace(/\/$/, "") : pathname;
    return patterns.filter(({ pattern }) => pattern.test({ pathname: path })).map(({ route }) => route);
  };
};

/** What `Allow` names (RFC 9110 §10.2.1). HEAD is not: it goes with GET, except where a GET begins a run. */
export const methodsOf = (routes: readonly Route[]): readonly string[] => [
  ...new Set(routes.map(({ method }) => method)),
];
