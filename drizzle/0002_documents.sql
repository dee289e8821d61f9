CREATE TABLE "chunks" (
	"user_id" text NOT NULL,
	"document_id" text NOT NULL,
	"ordinal" integer NOT NULL,
	"content" text NOT NULL,
	"headings" json NOT NULL,
	"metadata" json NOT NULL,
	"rows" json,
	"tokens" "tsvector" NOT NULL,
	CONSTRAINT "chunks_user_id_document_id_ordinal_pk" PRIMARY KEY("user_id","document_id","ordinal")
);
--> statement-breakpoint
CREATE TABLE "documents" (
	"user_id" text NOT NULL,
	"document_id" text NOT NULL,
	"collection" text NOT NULL,
	"title" text NOT NULL,
	"media_type" text NOT NULL,
	"metadata" json NOT NULL,
	"content_hash" text NOT NULL,
	"columns" json,
	"chunks" integer NOT NULL,
	"is_ready" boolean NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "documents_user_id_document_id_pk" PRIMARY KEY("user_id","document_id")
);
--> statement-breakpoint
CREATE INDEX "chunks_tokens" ON "chunks" USING gin ("tokens") WITH (fastupdate=true,gin_pending_list_limit=1024);--> statement-breakpoint
CREATE UNIQUE INDEX "documents_content" ON "documents" USING btree ("user_id","collection","content_hash") WHERE is_ready;--> statement-breakpoint
CREATE INDEX "documents_newest" ON "documents" USING btree ("user_id","created_at" DESC NULLS FIRST,"document_id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "documents_drafts" ON "documents" USING btree ("user_id","created_at") WHERE not is_ready;