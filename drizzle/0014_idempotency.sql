CREATE TABLE "idempotency_keys" (
	"user_id" text NOT NULL,
	"endpoint" text NOT NULL,
	"key" text NOT NULL,
	"digest" text NOT NULL,
	"made_id" text NOT NULL,
	"thread_id" text NOT NULL,
	"holder" text NOT NULL,
	"held_until" bigint NOT NULL,
	"is_done" boolean DEFAULT false NOT NULL,
	"answer" json,
	"expires_at" bigint NOT NULL,
	CONSTRAINT "idempotency_keys_user_id_endpoint_key_pk" PRIMARY KEY("user_id","endpoint","key")
);
--> statement-breakpoint
CREATE INDEX "idempotency_keys_by_end" ON "idempotency_keys" USING btree ("expires_at");