CREATE TABLE "stretches" (
	"thread_key" text NOT NULL,
	"first_seq" integer NOT NULL,
	"last_seq" integer NOT NULL,
	"run_id" text NOT NULL,
	"type" text NOT NULL,
	"packed" text NOT NULL,
	CONSTRAINT "stretches_thread_key_first_seq_pk" PRIMARY KEY("thread_key","first_seq")
);
--> statement-breakpoint
ALTER TABLE "replicas" ADD COLUMN "reads_stretches" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "packed_at" bigint;--> statement-breakpoint
CREATE INDEX "runs_to_pack" ON "runs" USING btree ("thread_key","run_id") WHERE packed_at is null and status in ('succeeded', 'failed', 'cancelled');