import { Type } from "@sinclair/typebox";
import { Collection, DEFAULT_COLLECTION } from "../domain/document.ts";
import { type LogEvent, payloadOf } from "../domain/event.ts";
import { RagOptions } from "../domain/rag-options.ts";
import { beginning } from "../domain/text.ts";
import { ANSWER_FRAMES, answerFrame, Question, questionRun } from "./ask.ts";
import { type Dialect, STREAM_ONLY, USER_IF_NAMED } from "./contract.ts";
import { nullable } from "./fields.ts";
import { COMMON_GUIDE } from "./openapi-guide.ts";

const DEFAULT_K = 3;
/** Characters of a passage that are shown. */
const SHOWN = 200;

const Request = Type.Object({
  ...Question.properties,
  k: nullable(RagOptions.properties.k, `a whole number from 1 to 20; defaults to ${DEFAULT_K}`),
  collection: nullable(Collection, `${Collection.description}; defaults to ${DEFAULT_COLLECTION}`),
});

/**
 * POST /rag: as /ask, answered from the user's documents. Its first frame lists the passages that the answer is based
 * on.
 */
export const rag: Dialect<typeof Request> = {
  name: "rag",
  endpoints: [{ method: "POST", path: "/rag", mode: "stream" }],
  agent: "rag",
  request: Request,
  ...USER_IF_NAMED,
  ...STREAM_ONLY,
  parse: ({ k, collection, ...question }, caller) => {
    const options: RagOptions = { k: k ?? DEFAULT_K, collection: collection ?? DEFAULT_COLLECTION };
    return questionRun(question, caller, options);
  },
  translate: (event, view) =>
    event.type === "sources" ? { data: JSON.stringify(sourcesOf(event)) } : answerFrame(event, view),
  guide: {
    ...COMMON_GUIDE,
    title: "Question to documents",
    about:
      "Answers a question only from passages of the user's documents, each cited by its number in `sources`, from 1: `[2]`. " +
      "If nothing was found, the answer says so and no model is called.",
    frames: [
      {
        event: null,
        when: "the passages that the answer is based on, best first, or an empty list when none were found; sent once, before all other frames unless the search itself failed",
        data: Type.Object({
          type: Type.Literal("sources"),
          data: Type.Array(
            Type.Object({
              content: Type.String({ description: `The passage's first ${SHOWN} characters.` }),
              metadata: Type.Object(
                { document_id: Type.String(), title: Type.String(), score: Type.Number({ minimum: 0, maximum: 1 }) },
                {
                  additionalProperties: true,
                  description: "Also the document's own metadata and the passage's position in it.",
                },
              ),
            }),
          ),
        }),
      },
      ...ANSWER_FRAMES,
    ],
  },
};

const sourcesOf = (event: LogEvent) => ({
  type: "sources",
  data: payloadOf(event, "sources").items.map(({ content, metadata, score }) => ({
    content: beginning(content, SHOWN),
    metadata: { ...metadata, score },
  })),
});
