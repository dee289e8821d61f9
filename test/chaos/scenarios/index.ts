import type { OpenScenario } from "../scenario.ts";
import { deploy } from "./deploy.ts";
import { kill } from "./kill.ts";
import { lock } from "./lock.ts";
import { restarts } from "./restarts.ts";
import { roam } from "./roam.ts";
import { stall } from "./stall.ts";
import { suspend } from "./suspend.ts";

export const scenarios: Readonly<Record<string, OpenScenario>> = { kill, deploy, suspend, restarts, stall, lock, roam };
