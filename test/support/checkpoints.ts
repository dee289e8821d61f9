import { expect } from "bun:test";
import type { Model } from "../../src/models/contract.ts";
import type { TestService } from "./service.ts";

/** One of GET …/checkpoints, as the native contract has it. */
export interface CheckpointView {
  readonly checkpoint_id: string;
  readonly run_id: string;
  readonly seq: number;
  readonly node: string;
  readonly at: string;
  readonly change: unknown;
}

interface CheckpointList {
  readonly checkpoints: readonly CheckpointView[];
  readonly next_cursor: string | null;
}

export const checkpointsIn = async (
  service: TestService<Model>,
  userId: string,
  threadId: string,
  query = "",
): Promise<CheckpointList> => {
  const response = await service.get(`/api/v1/threads/${threadId}/checkpoints?userId=${userId}${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as CheckpointList;
};

/** The last one that the node has left. */
export const checkpointAfter = async (
  service: TestService<Model>,
  userId: string,
  threadId: string,
  node: string,
): Promise<CheckpointView> => {
  const { checkpoints } = await checkpointsIn(service, userId, threadId);
  const found = checkpoints.findLast((point) => point.node === node);
  if (found === undefined) throw new Error(`no checkpoint after ${node}`);
  return found;
};
