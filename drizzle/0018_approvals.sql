CREATE TABLE "approvals" (
	"thread_key" text NOT NULL,
	"run_id" text NOT NULL,
	"tool_call_id" text NOT NULL,
	"name" text NOT NULL,
	"input" json NOT NULL,
	"schema" json,
	"requested_at" bigint NOT NULL,
	"decision" text,
	"new_input" json,
	"message" text,
	"decided_at" bigint,
	CONSTRAINT "approvals_thread_key_run_id_tool_call_id_pk" PRIMARY KEY("thread_key","run_id","tool_call_id")
);
--> statement-breakpoint
DROP INDEX "runs_unfinished";--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "wait_until" bigint;--> statement-breakpoint
CREATE INDEX "approvals_open" ON "approvals" USING btree (split_part(thread_key, ':', 1),"requested_at") WHERE decision is null;--> statement-breakpoint
CREATE INDEX "runs_waiting" ON "runs" USING btree (split_part(thread_key, ':', 1)) WHERE status = 'waiting';--> statement-breakpoint
CREATE INDEX "runs_waiting_until" ON "runs" USING btree ("wait_until") WHERE status = 'waiting';--> statement-breakpoint
CREATE INDEX "runs_unfinished" ON "runs" USING btree ("thread_key","turn") WHERE status in ('queued', 'running', 'waiting');