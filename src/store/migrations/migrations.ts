import first from "../../../drizzle/0000_first.sql" with { type: "text" };
import tilsAndTickets from "../../../drizzle/0001_tils_and_tickets.sql" with { type: "text" };
import documents from "../../../drizzle/0002_documents.sql" with { type: "text" };
import deletedThreads from "../../../drizzle/0003_deleted_threads.sql" with { type: "text" };
import lastAt from "../../../drizzle/0004_last_at.sql" with { type: "text" };
import messageDetail from "../../../drizzle/0005_message_detail.sql" with { type: "text" };
import secretsAndUsage from "../../../drizzle/0006_secrets_and_usage.sql" with { type: "text" };
import replicas from "../../../drizzle/0007_replicas.sql" with { type: "text" };
import testWrites from "../../../drizzle/0008_test_writes.sql" with { type: "text" };
import pendingWords from "../../../drizzle/0009_pending_words.sql" with { type: "text" };
import largeInputs from "../../../drizzle/0010_large_inputs.sql" with { type: "text" };
import rounds from "../../../drizzle/0011_rounds.sql" with { type: "text" };
import superseded from "../../../drizzle/0012_superseded.sql" with { type: "text" };
import stretches from "../../../drizzle/0013_stretches.sql" with { type: "text" };
import idempotency from "../../../drizzle/0014_idempotency.sql" with { type: "text" };
import takeover from "../../../drizzle/0015_takeover.sql" with { type: "text" };

import runFiles from "../../../drizzle/0016_run_files.sql" with { type: "text" };
import erase from "../../../drizzle/0017_erase.sql" with { type: "text" };
import approvals from "../../../drizzle/0018_approvals.sql" with { type: "text" };
import joined from "../../../drizzle/0019_joined.sql" with { type: "text" };

/**
 * The migrations that `drizzle/meta/_journal.json` lists, in its order (a test compares the two). Drizzle's own runner
 * reads a folder, which an executable does not have.
 */
export const migrations: readonly { readonly name: string; readonly sql: string }[] = [
  { name: "0000_first", sql: first },
  { name: "0001_tils_and_tickets", sql: tilsAndTickets },
  { name: "0002_documents", sql: documents },
  { name: "0003_deleted_threads", sql: deletedThreads },
  { name: "0004_last_at", sql: lastAt },
  { name: "0005_message_detail", sql: messageDetail },
  { name: "0006_secrets_and_usage", sql: secretsAndUsage },
  { name: "0007_replicas", sql: replicas },
  { name: "0008_test_writes", sql: testWrites },
  { name: "0009_pending_words", sql: pendingWords },
  { name: "0010_large_inputs", sql: largeInputs },
  { name: "0011_rounds", sql: rounds },
  { name: "0012_superseded", sql: superseded },
  { name: "0013_stretches", sql: stretches },
  { name: "0014_idempotency", sql: idempotency },
  { name: "0015_takeover", sql: takeover },
  { name: "0016_run_files", sql: runFiles },
  { name: "0017_erase", sql: erase },
  { name: "0018_approvals", sql: approvals },
  { name: "0019_joined", sql: joined },
];
