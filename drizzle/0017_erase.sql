ALTER TABLE "threads" ADD COLUMN "erase_at" bigint;--> statement-breakpoint
CREATE INDEX "threads_to_erase" ON "threads" USING btree ("erase_at") WHERE erase_at is not null;