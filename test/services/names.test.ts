import { expect, test } from "bun:test";
import { SERVICE_NAMES, type ServiceParts, serviceAgents } from "../../src/services/index.ts";

test("no agent of the operator's own can have the name of a service's", () => {
  // Making an agent uses none of its parts.
  const agents = serviceAgents({ tools: [] } as unknown as ServiceParts);
  expect(agents.map(({ name }) => name)).toEqual([...SERVICE_NAMES]);
});
