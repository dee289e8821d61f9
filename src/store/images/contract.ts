import type { ThreadKey } from "../../domain/thread.ts";

interface StoredImage {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface ImageStore {
  /** False, with nothing written, when the thread no longer exists. */
  put(
    threadKey: ThreadKey,
    image: StoredImage & {
      readonly imageId: string;
      readonly width: number;
      readonly height: number;
      readonly now: number;
    },
  ): Promise<boolean>;
  /** The id is unguessable and is the only credential required. */
  get(imageId: string): Promise<StoredImage | null>;
}
