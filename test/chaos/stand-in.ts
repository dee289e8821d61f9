import { type Question, questionIn, roundText, toolOutput, wordsOf } from "./question.ts";

/** A model, and the tool that it calls, which answer questions and count who asked for what. */
export interface StandIn extends AsyncDisposable {
  readonly url: string;
  /** How often the model was asked for that round of the question, from 0. */
  asked(id: string, round: number): number;
  /** How often the tool was called for it. */
  called(id: string, call: number): number;
  /** How often the step of the question's run was made. */
  stepped(id: string): number;
  /** How many calls of the model there were in all, and how many of them went on with an answer that was cut off. */
  readonly calls: number;
  readonly continuations: number;
  /** What it was asked since the last time that nobody should ask: a conversation that is not what was said before. */
  takeMistakes(): readonly string[];
}

interface Message {
  readonly role: string;
  readonly content: string | null;
  readonly tool_calls?: readonly object[];
}

/** Where a conversation stands. */
interface Place {
  readonly question: Question;
  readonly round: number;
  /** What the answer of this round begins with. */
  readonly begun: string;
}

const LAST_WORDS = 3;

export const standIn = (): StandIn => {
  const counts = new Map<string, number>();
  const mistakes: string[] = [];
  let calls = 0;
  let continuations = 0;
  const count = (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  const answer = async (request: Request): Promise<Response> => {
    const { messages } = (await request.json()) as { readonly messages: readonly Message[] };
    const place = placeOf(messages, mistakes);
    if (place === null) return new Response("no question", { status: 400 });
    calls++;
    if (place.begun !== "") continuations++;
    count(`asked ${place.question.id} ${place.round}`);
    return new Response(framesOf(place, request.signal), { headers: { "content-type": "text/event-stream" } });
  };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      const id = searchParams.get("id") ?? "";
      if (pathname === "/v1/chat/completions") return answer(request);
      if (pathname === "/step") {
        count(`stepped ${id}`);
        return Response.json({ id });
      }
      if (pathname === "/tool") {
        const call = Number(searchParams.get("call"));
        count(`called ${id} ${call}`);
        await Bun.sleep(Number(searchParams.get("ms")));
        return Response.json(toolOutput(id, call));
      }
      return Response.json({ data: [] });
    },
  });
  const counted = (key: string): number => counts.get(key) ?? 0;
  return {
    url: `http://127.0.0.1:${server.port}`,
    asked: (id, round) => counted(`asked ${id} ${round}`),
    called: (id, call) => counted(`called ${id} ${call}`),
    stepped: (id) => counted(`stepped ${id}`),
    get calls() {
      return calls;
    },
    get continuations() {
      return continuations;
    },
    takeMistakes: () => mistakes.splice(0),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
};

/** Reads a conversation, and notes where it is not what was said. */
const placeOf = (messages: readonly Message[], mistakes: string[]): Place | null => {
  const at = messages.findLastIndex(({ role, content }) => role === "user" && questionIn(content ?? "") !== null);
  const question = questionIn(messages[at]?.content ?? "");
  if (question === null) return null;
  let round = 0;
  let begun = "";
  for (const { role, content, tool_calls } of messages.slice(at + 1)) {
    if (role !== "assistant") continue;
    const text = content ?? "";
    if (tool_calls === undefined) begun = text;
    else if (text !== roundText(question, round++)) mistakes.push(`${question.id}: round ${round} was told as ${text}`);
  }
  if (!roundText(question, round).startsWith(begun)) mistakes.push(`${question.id}: it had not begun with ${begun}`);
  return { question, round, begun };
};

async function* framesOf({ question, round, begun }: Place, signal: AbortSignal): AsyncGenerator<string> {
  const words = wordsOf(question, round);
  for (const delta of continuation(words, begun, question.seam)) {
    await Bun.sleep(question.pauseMs);
    if (signal.aborted) return;
    yield chunk({ content: delta });
  }
  const isLast = round >= question.calls;
  if (!isLast) {
    const input = JSON.stringify({ id: question.id, call: round, ms: question.pauseMs });
    const call = { index: 0, id: `call_${round}`, type: "function", function: { name: "count", arguments: input } };
    yield chunk({ tool_calls: [call] });
  }
  yield chunk({}, isLast ? "stop" : "tool_calls");
  yield "data: [DONE]\n\n";
}

/** What is still to be said, piece by piece. */
const continuation = (words: readonly string[], begun: string, seam: Question["seam"]): readonly string[] => {
  if (begun === "") return words;
  let length = 0;
  let next = 0;
  while (next < words.length && length + (words[next]?.length ?? 0) <= begun.length)
    length += words[next++]?.length ?? 0;
  if (seam === "repeats everything") return words;
  // A beginning from whose end the white space was taken ends within a word, as the stand-in counts.
  const rest = (words[next] ?? "").slice(begun.length - length);
  const exact = [rest, ...words.slice(next + 1)].filter((word) => word !== "");
  if (seam === "exact") return exact;
  const repeated =
    words.slice(Math.max(0, next - LAST_WORDS), next).join("") + (words[next] ?? "").slice(0, begun.length - length);
  return [repeated.trimStart(), ...exact];
};

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1_763_769_600,
    model: "x",
    choices: [{ index: 0, delta, finish_reason: finish }],
  })}\n\n`;
