CREATE TABLE "rounds" (
	"thread_key" text NOT NULL,
	"run_id" text NOT NULL,
	"number" integer NOT NULL,
	"seq" integer NOT NULL,
	"model" text NOT NULL,
	"calls" json NOT NULL,
	"data" json NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "rounds_thread_key_run_id_number_pk" PRIMARY KEY("thread_key","run_id","number")
);
