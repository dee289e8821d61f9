import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Readiness } from "../health/readiness.ts";
import { described, json, type Tag } from "../openapi/operation.ts";
import { HealthShape } from "./shapes.ts";

const TAG: Tag = { name: "Health", description: "For probes. No credential is required." };

/** Liveness and readiness. Probes have no token. */
export const healthRoutes = (readiness: Readiness) =>
  new Elysia({ name: "probing" })
    .get("/health", () => ({ status: "ok" }), {
      detail: described({
        tag: TAG,
        summary: "Check that the process is alive",
        description: "Checks neither the database nor the model.",
        replies: { 200: json("The process is alive.", Type.Object({ status: Type.Literal("ok") })) },
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
          summary: "Check that the service is ready for requests",
          replies: {
            200: json("The service is ready.", HealthShape),
            503: json("The service is not ready; `checks` gives the reasons.", HealthShape),
          },
          access: "probe",
        }),
      },
    );
