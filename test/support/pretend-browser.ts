/**
 * `@microsoft/fetch-event-source` looks at the page that it runs in; there is none. Returns how to take it away again: other
 * libraries look for it too.
 */
export const pretendBrowser = (): (() => void) => {
  const page = globalThis as { window?: unknown; document?: unknown };
  page.window = globalThis;
  page.document = { hidden: false, addEventListener: () => {}, removeEventListener: () => {} };
  return () => {
    delete page.window;
    delete page.document;
  };
};
