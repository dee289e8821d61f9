import { post } from "./executable.ts";

/**
 * A separate process, for the same reason as many-streams.ts. Sends the service at URL COUNT questions at once (`bun
 * many-clients.ts URL COUNT`), and prints how many streams ended in `run.completed`.
 */
const [url = "", count = ""] = process.argv.slice(2);
const ended = await Promise.all(
  Array.from({ length: Number(count) }, async (_, index) => {
    const response = await post(`${url}/stream/v2`, { message: "hi", userId: "u1", threadId: `t${index}` });
    return (await response.text()).includes("event: run.completed");
  }),
);
console.log(ended.filter(Boolean).length);
