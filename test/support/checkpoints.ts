import { expect } from "bun:test";
import type { Model } from "../../src/models/contract.ts";
import type { TestService } from "./service.ts";

/** An item of GET …/checkpoints, as in the native contract. */
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

/** Returns the node's last checkpoint. */
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
