import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The agent of all questions: a node with a step that is counted, then one that talks with the model and its tool. */
const SOURCE = `import { agent, tool, Type } from "yeoul";

const url = process.env.MODEL_BASE_URL.replace("/v1", "");
const ask = async (path, signal) => await (await fetch(url + path, { signal })).json();

const count = tool({
  name: "count",
  description: "Counts its calls.",
  input: Type.Object({ id: Type.String(), call: Type.Integer(), ms: Type.Integer() }),
  execute: ({ id, call, ms }, { signal }) =>
    ask(\`/tool?id=\${encodeURIComponent(id)}&call=\${call}&ms=\${ms}\`, signal),
});

export default agent({
  tools: [count],
  start: "prepare",
  nodes: {
    prepare: {
      async *run(context) {
        const { id } = JSON.parse(context.input.message.slice("chaos ".length));
        yield { type: "custom", payload: { name: "preparing", data: { id } } };
        await context.step("counted", () => ask(\`/step?id=\${encodeURIComponent(id)}\`, context.signal));
        return { isPrepared: true };
      },
    },
    tell: {
      async *run(context) {
        yield* context.converse({ system: "Answer." });
        return { isComplete: true };
      },
    },
  },
});
`;

export const AGENT = "teller";

/** Writes the folder for AGENTS_DIR and returns its path. */
export const agentFolder = (within: string): string => {
  const folder = join(within, "agents");
  mkdirSync(folder);
  writeFileSync(join(folder, `${AGENT}.ts`), SOURCE);
  return folder;
};
