import { expect, test } from "bun:test";
import { newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

export const storeKeepsImages = (under: StoreUnderTest): void => {
  test("a picture is returned byte for byte, by its id alone", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256);
    const imageId = crypto.randomUUID();
    const put = await store.images.put(fence.threadKey, {
      imageId,
      mediaType: "image/png",
      bytes,
      width: 3,
      height: 4,
      now: 5,
    });
    expect(put).toBe(true);
    const stored = await store.images.get(imageId);
    expect(stored?.mediaType).toBe("image/png");
    expect(Buffer.from(stored?.bytes ?? []).equals(bytes)).toBe(true);
  });

  test("a thread that does not exist stores no picture", async () => {
    const { store, thread } = under;
    const imageId = crypto.randomUUID();
    const image = { imageId, mediaType: "image/png", bytes: new Uint8Array(), width: 1, height: 1, now: 1 };
    expect(await store.images.put(thread(), image)).toBe(false);
    expect(await store.images.get(imageId)).toBeNull();
  });
};
