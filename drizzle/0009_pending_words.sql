ALTER INDEX "chunks_tokens" SET (gin_pending_list_limit=256);
