CREATE TYPE "public"."message_role" AS ENUM('user', 'assistant');--> statement-breakpoint
CREATE TABLE "checkpoints" (
	"thread_key" text NOT NULL,
	"seq" integer NOT NULL,
	"checkpoint_id" text NOT NULL,
	"run_id" text NOT NULL,
	"node" text NOT NULL,
	"change" json NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "checkpoints_thread_key_seq_checkpoint_id_pk" PRIMARY KEY("thread_key","seq","checkpoint_id")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"thread_key" text NOT NULL,
	"seq" integer NOT NULL,
	"at" bigint NOT NULL,
	"run_id" text NOT NULL,
	"type" text NOT NULL,
	"payload" json NOT NULL,
	CONSTRAINT "events_thread_key_seq_pk" PRIMARY KEY("thread_key","seq")
);
--> statement-breakpoint
CREATE TABLE "images" (
	"thread_key" text NOT NULL,
	"image_id" text NOT NULL,
	"media_type" text NOT NULL,
	"width" integer NOT NULL,
	"height" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "images_thread_key_image_id_pk" PRIMARY KEY("thread_key","image_id")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"thread_key" text NOT NULL,
	"seq" integer NOT NULL,
	"role" "message_role" NOT NULL,
	"id" text NOT NULL,
	"run_id" text NOT NULL,
	"content" text NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "messages_thread_key_seq_role_pk" PRIMARY KEY("thread_key","seq","role")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"thread_key" text NOT NULL,
	"run_id" text NOT NULL,
	"agent" text NOT NULL,
	"status" text NOT NULL,
	"turn" integer NOT NULL,
	"epoch" integer NOT NULL,
	"attempt" integer NOT NULL,
	"owner" text NOT NULL,
	"lease_until" bigint NOT NULL,
	"cancel_requested" boolean DEFAULT false NOT NULL,
	"start_seq" integer,
	"input" json NOT NULL,
	"trace_id" text NOT NULL,
	"input_tokens" integer,
	"output_tokens" integer,
	"error_code" text,
	"error_message" text,
	"created_at" bigint NOT NULL,
	"ended_at" bigint,
	CONSTRAINT "runs_thread_key_run_id_pk" PRIMARY KEY("thread_key","run_id")
);
--> statement-breakpoint
CREATE TABLE "threads" (
	"thread_key" text NOT NULL,
	"user_id" text NOT NULL,
	"title" text,
	"last_seq" integer NOT NULL,
	"turns" integer NOT NULL,
	"running" boolean NOT NULL,
	"queued" integer NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "threads_thread_key_pk" PRIMARY KEY("thread_key")
);
--> statement-breakpoint
CREATE INDEX "images_by_id" ON "images" USING btree ("image_id");--> statement-breakpoint
CREATE INDEX "runs_by_id" ON "runs" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "runs_unfinished" ON "runs" USING btree ("thread_key","turn") WHERE status in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "threads_of_user" ON "threads" USING btree ("user_id","updated_at" DESC NULLS LAST,"thread_key");