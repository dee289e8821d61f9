import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Readiness } from "../health/readiness.ts";
import { described, json, type Tag } from "../openapi/operation.ts";
import { HealthShape } from "./shapes.ts";

const TAG: Tag = { name: "Health", description: "For probes, which have no token." };

/** Liveness and readiness. Probes have no token. */
export const probingRoutes = (readiness: Readiness) =>
  new Elysia({ name: "probing" })
    .get("/health", () => ({ status: "ok" }), {
      detail: described({
        tag: TAG,
        summary: "Whether the process lives",
        description: "Touches neither store nor model.",
        replies: { 200: json("It does.", Type.Object({ status: Type.Literal("ok") })) },
        access: "probe",
      }),
    })
    .get(
      "/api/v1/health",
      async ({ set }) => {
        const health = await readiness.look();
        if (health.status !== "ready") set.status = 503;
        return health;
      },
      {
        detail: described({
          tag: TAG,
          summary: "Whether requests should be sent here",
          replies: { 200: json("They should.", HealthShape), 503: json("They should not.", HealthShape) },
          access: "probe",
        }),
      },
    );
