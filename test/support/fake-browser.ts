/**
 * Pretends that there is a page, for `@microsoft/fetch-event-source`, which looks at the one that it runs in. Returns a
 * function that removes it again: other libraries look for it too.
 */
export const fakeBrowser = (): (() => void) => {
  const page = globalThis as { window?: unknown; document?: unknown };
  page.window = globalThis;
  page.document = { hidden: false, addEventListener: () => {}, removeEventListener: () => {} };
  return () => {
    delete page.window;
    delete page.document;
  };
};
