CREATE TABLE "run_files" (
	"thread_key" text NOT NULL,
	"run_id" text NOT NULL,
	"piece" integer NOT NULL,
	"pieces" integer NOT NULL,
	"name" text NOT NULL,
	"media_type" text NOT NULL,
	"bytes" "bytea" NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "run_files_thread_key_run_id_piece_pk" PRIMARY KEY("thread_key","run_id","piece")
);
