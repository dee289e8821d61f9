CREATE TABLE "superseded_messages" (
	"thread_key" text NOT NULL,
	"seq" integer NOT NULL,
	"role" "message_role" NOT NULL,
	"id" text NOT NULL,
	"run_id" text NOT NULL,
	"content" text NOT NULL,
	"created_at" bigint NOT NULL,
	"detail" json,
	CONSTRAINT "superseded_messages_thread_key_seq_role_pk" PRIMARY KEY("thread_key","seq","role")
);
--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "supersedes" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "superseded_by" text;--> statement-breakpoint
CREATE INDEX "runs_of_user" ON "runs" USING btree (split_part(thread_key, ':', 1),"created_at","run_id","status","superseded_by") WHERE attempt > 0 or start_seq is null;