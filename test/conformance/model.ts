import { afterAll, describe } from "bun:test";
import { type ModelServer, modelServer } from "../support/model-server.ts";
import { modelAborts } from "./model-aborts.ts";
import { modelAnswers } from "./model-answers.ts";
import { modelBounds } from "./model-bounds.ts";
import { modelFailures } from "./model-failures.ts";
import type { Driver, Start } from "./model-kit.ts";
import { modelSettings } from "./model-settings.ts";
import { modelState } from "./model-state.ts";

/**
 * One suite for every model that speaks HTTP: a stand-in says the same in each provider's format and the same parts are
 * expected, and each request is decoded again. A model must pass all of it: there is no way to opt out.
 */
export const modelConformance = (name: string, driver: Driver): void => {
  describe(`${name} keeps the model contract`, () => {
    const servers: ModelServer[] = [];
    afterAll(async () => {
      for (const server of servers) await server[Symbol.asyncDispose]();
    });
    const start: Start = (models) => {
      const server = modelServer(driver.wire, models);
      servers.push(server);
      return { server, model: driver.open(server.url) };
    };
    modelAnswers(driver, start);
    modelSettings(driver, start);
    modelFailures(driver, start);
    modelAborts(driver, start);
    modelBounds(driver, start);
    modelState(driver, start);
  });
};
