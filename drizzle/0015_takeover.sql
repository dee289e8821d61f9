ALTER TABLE "rounds" ALTER COLUMN "data" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "checkpoints" ADD COLUMN "progress" json;--> statement-breakpoint
ALTER TABLE "rounds" ADD COLUMN "progress" json;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "takeovers" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "released" text;