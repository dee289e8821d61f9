// An agent as a graph: the state is JSON, and what a node changes is stored after it.
import { agent } from "yeoul";

interface State {
  readonly isQuestion: boolean;
}

export default agent<State>({
  description: "Answers questions and sums, and acknowledges everything else.",
  tools: ["calculate", "solve_equation"],
  start: "read",
  nodes: {
    read: {
      async *run(context) {
        return { isQuestion: /[?？=]/.test(context.input.message) };
      },
      next: ({ isQuestion }) => (isQuestion ? "answer" : "acknowledge"),
    },
    answer: {
      async *run(context) {
        yield* context.converse({ system: "Answer the question. Be brief." });
      },
      next: () => null,
    },
    acknowledge: {
      async *run() {
        yield "Noted.";
      },
      next: () => null,
    },
  },
});
