import { closeSync, fsyncSync, openSync } from "node:fs";
import { resolve, sep } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";
import type { WalSync } from "./wal-sync.ts";

/** A page of a table begins with the log position of its last change; a page that was only allocated has none. */
const NO_CHANGE = 8;

/**
 * The part of Emscripten's file system for Node that is used here
 * (https://emscripten.org/docs/api_reference/Filesystem-API.html#filesystem-api-nodefs).
 */
interface Node {
  readonly name: string;
}
interface Stream {
  readonly node: Node;
  readonly nfd?: number;
}
type Write = (stream: Stream, buffer: Uint8Array, offset: number, length: number, position: number) => number;
type SetAttributes = (target: Node | Stream, attributes: { readonly size?: number }) => void;
interface NodeFiles {
  realPath(node: Node): string;
  readonly node_ops: {
    rename(node: Node, folder: Node, name: string): void;
    unlink(folder: Node, name: string): void;
    setattr: SetAttributes;
  };
  readonly stream_ops: { write: Write; fsync?: (stream: Stream) => number; setattr?: SetAttributes };
}

/**
 * With `fsync` on, PGlite still makes no such call: its default method (`fdatasync`) is empty in Emscripten, and the
 * other leads to an operation that the file system for Node does not have.
 */
export const DURABLE_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
  ...["-c", "fsync=on", "-c", "wal_sync_method=fsync"],
];

/**
 * A folder on the disk. Its write-ahead log is synced by `wal`; all other files are synced when Postgres requests it.
 */
export class DurableFiles extends NodeFS {
  constructor(
    directory: string,
    private readonly wal: WalSync,
  ) {
    super(directory);
  }

  override async init(...args: Parameters<NodeFS["init"]>): ReturnType<NodeFS["init"]> {
    const { emscriptenOpts } = await super.init(...args);
    const hook = (module: unknown) => this.#hook((module as { readonly NODEFS: NodeFiles }).NODEFS);
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), hook] } };
  }

  #hook({ realPath, node_ops, stream_ops }: NodeFiles): void {
    const { wal } = this;
    const log = `${resolve(this.rootDir)}${sep}pg_wal`;
    const isLog = (path: string) => path === log || path.startsWith(`${log}${sep}`);
    /**
     * Syncs the log before a file that must not get ahead of it. Temporary files, which hold results too large for
     * memory, are exempt: nothing reads them after a crash.
     */
    const after = (node: Node): void => {
      if (wal.isSettled) return;
      const path = realPath(node);
      if (!isLog(path) && !path.includes("pgsql_tmp")) wal.settle();
    };
    const { write } = stream_ops;
    const { rename, unlink, setattr } = node_ops;
    const setStreamAttributes = stream_ops.setattr;

    stream_ops.fsync = ({ node, nfd }) => {
      const path = realPath(node);
      if (isLog(path)) wal.mark(path);
      else if (nfd !== undefined) fsyncSync(nfd);
      else syncFolder(path);
      return 0;
    };
    stream_ops.write = (stream, buffer, offset, length, position) => {
      if (!wal.isSettled && !isEmpty(buffer, offset, length)) after(stream.node);
      return write(stream, buffer, offset, length, position);
    };
    node_ops.rename = (node, folder, name) => {
      after(node);
      rename(node, folder, name);
    };
    node_ops.unlink = (folder, name) => {
      after(folder);
      unlink(folder, name);
    };
    node_ops.setattr = (node, attributes) => {
      if (attributes.size !== undefined) after(node as Node);
      setattr(node, attributes);
    };
    if (setStreamAttributes !== undefined) {
      stream_ops.setattr = (stream, attributes) => {
        if (attributes.size !== undefined) after((stream as Stream).node);
        setStreamAttributes(stream, attributes);
      };
    }
  }
}

const isEmpty = (buffer: Uint8Array, offset: number, length: number): boolean =>
  length >= NO_CHANGE && buffer.subarray(offset, offset + NO_CHANGE).every((byte) => byte === 0);

const syncFolder = (path: string): void => {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
};
