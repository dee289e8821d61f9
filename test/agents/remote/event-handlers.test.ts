import { expect, test } from "bun:test";
import { EventType } from "@ag-ui/core";
import { handlerOf } from "../../../src/agents/remote/event-handlers.ts";

/** The run's own beginning and end, which the reader takes itself. */
const OF_THE_RUN = ["RUN_STARTED", "RUN_FINISHED", "RUN_ERROR"];

test("every event type of the protocol is handled or named as ignored, and no other", () => {
  const undecided = Object.values(EventType).filter((type) => handlerOf(type) === undefined);
  expect(undecided.every((type) => OF_THE_RUN.includes(type) || type === "MESSAGES_SNAPSHOT")).toBe(true);
  expect(handlerOf("NO_SUCH_EVENT")).toBeUndefined();
  expect(handlerOf("constructor")).toBeUndefined();
});
