CREATE TABLE "replicas" (
	"replica_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"ttl_ms" integer NOT NULL,
	"lease_until" timestamp with time zone NOT NULL,
	"renewed_at" timestamp with time zone NOT NULL,
	"renewed_since" timestamp with time zone NOT NULL,
	"server_started_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "runs" ALTER COLUMN "lease_until" DROP NOT NULL;--> statement-breakpoint
CREATE INDEX "runs_by_owner" ON "runs" USING btree ("owner") WHERE status in ('queued', 'running');