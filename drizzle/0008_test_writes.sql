CREATE TABLE "test_writes" (
	"slot" integer PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL
);
