CREATE TABLE "secrets" (
	"name" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "user_usage" (
	"user_id" text NOT NULL,
	"kind" text NOT NULL,
	"window_ms" bigint NOT NULL,
	"starts_at" bigint NOT NULL,
	"total" bigint NOT NULL,
	"ends_at" bigint NOT NULL,
	CONSTRAINT "user_usage_user_id_kind_window_ms_starts_at_pk" PRIMARY KEY("user_id","kind","window_ms","starts_at")
);
--> statement-breakpoint
CREATE INDEX "user_usage_by_end" ON "user_usage" USING btree ("ends_at");