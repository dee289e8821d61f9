// An agent as code: what it yields is said, what it returns is the run's result.
import { agent, Type, tool } from "yeoul";
import { countWords } from "./lib/words.ts";

const counting = tool({
  name: "count_words",
  description: "Counts the words of a text. Use it instead of counting yourself.",
  input: Type.Object({ text: Type.String({ maxLength: 100_000 }) }),
  execute: ({ text }) => ({ words: countWords(text) }),
});

export default agent({
  description: "Says how long a message is, then answers it.",
  tools: [counting, "calculate", "solve_equation"],
  timeout: "2m",
  async *run(context) {
    const words = countWords(context.input.message);
    yield `Your message has ${words} ${words === 1 ? "word" : "words"}.`;
    yield* context.converse({ system: "You are a helpful, honest assistant. Be brief." });
    return { words };
  },
});
