import type { ThreadKey } from "../../domain/thread.ts";

interface StoredImage {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface ImageStore {
  /** False, with nothing written, when the thread is gone. */
  put(
    threadKey: ThreadKey,
    image: StoredImage & {
      readonly imageId: string;
      readonly width: number;
      readonly height: number;
      readonly now: number;
    },
  ): Promise<boolean>;
  /** The id is unguessable and is all one needs. */
  get(imageId: string): Promise<StoredImage | null>;
}
