import { hasOtherClocks } from "../../support/other-clock.ts";
import { canSeparate } from "../../support/own-namespaces.ts";
import { canMount } from "../../support/small-disk.ts";
import type { OpenScenario } from "../scenario.ts";
import { clocks } from "./clocks.ts";
import { connections } from "./connections.ts";
import { cursors } from "./cursors.ts";
import { deploy } from "./deploy.ts";
import { disk } from "./disk.ts";
import { farewell } from "./farewell.ts";
import { kill } from "./kill.ts";
import { lock } from "./lock.ts";
import { restarts } from "./restarts.ts";
import { roam } from "./roam.ts";
import { stall } from "./stall.ts";
import { suspend } from "./suspend.ts";
import { twins } from "./twins.ts";

export const scenarios: Readonly<Record<string, OpenScenario>> = {
  kill,
  deploy,
  suspend,
  restarts,
  stall,
  lock,
  roam,
  clocks,
  twins,
  connections,
  disk,
  cursors,
  farewell,
};

/** What this machine lacks for a scenario. */
export const lacking: Readonly<Record<string, string>> = {
  ...(!hasOtherClocks && { clocks: "the package faketime" }),
  ...(!canSeparate && { twins: "the right to make namespaces" }),
  ...(!canMount && { disk: "the right to mount a file system" }),
};
