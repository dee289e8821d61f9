/**
 * There is one server, this one, and its relative URL means nothing to a reader: the box is shown only for its button to
 * authorize. On a narrow screen a section's title stands above its text.
 */
const STYLE = `
.swagger-ui .scheme-container .schemes .schemes-server-container, .swagger-ui .scheme-container:not(:has(.auth-wrapper)) { display: none; }
@media (max-width: 768px) {
  .swagger-ui .opblock-tag { flex-wrap: wrap; }
  .swagger-ui .opblock-tag > a { flex: 1 1 0; }
  .swagger-ui .opblock-tag > small { flex: 1 1 100%; order: 1; padding: 4px 0 0; }
}
`;

/** All URLs are relative to the page's own, /docs, to which an ingress may add a prefix. */
export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Yeoul</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<style>${STYLE}</style>
</head>
<body>
<div id="page"></div>
<noscript>This page requires JavaScript. The document that it shows is <a href="docs/openapi.json">openapi.json</a>.</noscript>
<script src="docs/swagger-ui.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

/**
 * Without `validatorUrl: null` the document would be sent to a Swagger server, and without `queryConfigEnabled: false`
 * a query could name another document.
 */
export const START = `SwaggerUIBundle({
  url: "docs/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  validatorUrl: null,
  queryConfigEnabled: false,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
`;

/** Enforces that the page loads nothing from outside. Swagger UI sets styles on elements. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");
