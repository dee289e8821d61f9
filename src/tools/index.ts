import type { Tool } from "./contract.ts";
import { fetchPageTool, type ReadPage } from "./fetch-page.ts";
import { javaScriptWorkers } from "./javascript/javascript-workers.ts";
import { runJavaScriptTool } from "./javascript/run-javascript.ts";
import { type SearchDocuments, searchDocumentsTool } from "./search-documents.ts";

export interface ToolParts {
  /** The most workers of one tool. */
  readonly workers: number;
  readonly search: SearchDocuments;
  readonly readPage: ReadPage;
}

/** Returns every tool that agents may be given, besides the maths tools of the built-in model. */
export const toolsFrom = ({ workers, search, readPage }: ToolParts): readonly Tool[] => [
  runJavaScriptTool(javaScriptWorkers(workers)),
  searchDocumentsTool(search),
  fetchPageTool(readPage),
];
