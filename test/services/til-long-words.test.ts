import { expect, test } from "bun:test";
import { excerptIn } from "../../src/services/til/excerpt.ts";
import { tagsIn } from "../../src/services/til/tags.ts";
import { titleIn } from "../../src/services/til/title.ts";
import { cpuMs } from "../support/cpu.ts";

const MEGABYTES = 4 * 1024 * 1024;
const repeated = (text: string): string => text.repeat(Math.ceil(MEGABYTES / text.length));

test.each(["*", "**a", "[", '"', "#", "]", "\n", " ", "a. ", "가"])(
  "megabytes of %j from a model quickly become a title, an excerpt and tags",
  async (sign) => {
    const text = repeated(sign);
    const read = () => {
      expect([...titleIn(text.slice(0, 4_000), text)].length).toBeLessThanOrEqual(200);
      expect([...excerptIn(text.slice(0, 4_000), text)].length).toBeLessThanOrEqual(500);
      expect(tagsIn(text.slice(0, 4_000), []).length).toBeLessThanOrEqual(5);
    };
    expect(await cpuMs(read)).toBeLessThan(3_000);
  },
);
