CREATE TABLE "tickets" (
	"user_id" text NOT NULL,
	"ticket_id" text NOT NULL,
	"dialect" text NOT NULL,
	"request" json NOT NULL,
	"run_id" text,
	"thread_id" text,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	CONSTRAINT "tickets_user_id_ticket_id_pk" PRIMARY KEY("user_id","ticket_id")
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"user_id" text NOT NULL,
	"tag_id" text NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"name_key" text NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "tags_user_id_tag_id_pk" PRIMARY KEY("user_id","tag_id"),
	CONSTRAINT "tags_name" UNIQUE("user_id","name_key")
);
--> statement-breakpoint
CREATE TABLE "til_tags" (
	"user_id" text NOT NULL,
	"til_id" text NOT NULL,
	"place" integer NOT NULL,
	"tag_id" text NOT NULL,
	CONSTRAINT "til_tags_user_id_til_id_place_pk" PRIMARY KEY("user_id","til_id","place")
);
--> statement-breakpoint
CREATE TABLE "til_users" (
	"user_id" text NOT NULL,
	"last_day" integer NOT NULL,
	CONSTRAINT "til_users_user_id_pk" PRIMARY KEY("user_id")
);
--> statement-breakpoint
CREATE TABLE "tils" (
	"user_id" text NOT NULL,
	"til_id" text NOT NULL,
	"title" text NOT NULL,
	"slug" text NOT NULL,
	"content" text NOT NULL,
	"excerpt" text NOT NULL,
	"day_number" integer NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "tils_user_id_til_id_pk" PRIMARY KEY("user_id","til_id"),
	CONSTRAINT "tils_slug" UNIQUE("user_id","slug")
);
--> statement-breakpoint
CREATE INDEX "tickets_by_end" ON "tickets" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "til_tags_by_tag" ON "til_tags" USING btree ("user_id","tag_id");--> statement-breakpoint
CREATE INDEX "tils_newest" ON "tils" USING btree ("user_id","created_at" DESC NULLS LAST,"til_id");