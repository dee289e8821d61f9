DROP INDEX "threads_of_user";--> statement-breakpoint
ALTER TABLE "threads" ADD COLUMN "is_deleted" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "threads_of_user" ON "threads" USING btree ("user_id","updated_at" DESC NULLS LAST,"thread_key") WHERE not is_deleted;