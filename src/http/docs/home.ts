/** The page at the root, for browsers. All URLs are relative: an ingress may add a prefix. */
export const HOME = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Yeoul</title>
<link rel="icon" href="data:,">
<style>
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; color-scheme: light dark; }
</style>
</head>
<body>
<h1>Yeoul</h1>
<p>This is an API. It takes a question over HTTP, runs an agent, and streams what happens as Server-Sent Events. Every event
is in the database before a client sees it, so a stream can be picked up where it stopped.</p>
<ul>
<li><a href="docs">docs</a>: every endpoint, with a form to try it</li>
<li><a href="docs/openapi.json">docs/openapi.json</a>: the same as an OpenAPI 3.1 document</li>
<li><a href="api/v1/health">api/v1/health</a>: whether the service is ready</li>
</ul>
</body>
</html>
`;

/** The same for programs. */
export const ABOUT = {
  name: "yeoul",
  about: "An API that runs agents and streams their events as Server-Sent Events. Every event is stored.",
  docs: "docs",
  openapi: "docs/openapi.json",
  health: "api/v1/health",
} as const;
