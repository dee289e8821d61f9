import { join } from "node:path";
import { Glob } from "bun";

// Run by `bun run check`. Finds words of the first draft that code and documents no longer use, and names the
// replacements.

/** Names in code, matched whole. In comments too, each is matched only as a word of its own. */
const NAMES: Readonly<Record<string, string>> = {
  Hear: "OnPart",
  hearAll: "forEachPart",
  Say: "Emit",
  Speech: "Producer",
  KeptRun: "StoredRun",
  isKept: "isPersisted",
  MAX_UNKEPT: "MAX_UNCOMMITTED",
  Pulse: "HeartbeatTimer",
  Beating: "HeartbeatListener",
  Standing: "VectorCoverage",
  standingOf: "vectorCoverage",
  Wish: "TableQuery",
  wishOf: "tableQueryOf",
  Errand: "Job",
  errand: "job",
  Asker: "JobOwner",
  asker: "owner",
  Remembered: "HistoryMessage",
  Desk: "DialectHandler",
  Visit: "RequestContext",
  askingRoutes: "dialectRoutes",
  HandedIn: "UploadedDocument",
  handedIn: "uploadedDocument",
  probingRoutes: "healthRoutes",
  ResponseForm: "ResponseMode",
  Outside: "Dependencies",
  Upkeep: "Maintenance",
  upkeep: "maintenance",
  UPKEEP_MS: "MAINTENANCE_MS",
  nudge: "recheck",
  USUAL: "DEFAULT_…",
  PieceMender: "SurrogateJoiner",
  mender: "joiner",
  HouseLog: "ServiceLogger",
  houseLog: "serviceLogger",
  openLog: "openLogger",
  RunLog: "RunLogger",
  JournalLog: "JournalLogger",
  ModelLog: "ModelLogger",
  HttpLog: "HttpLogger",
  ToolThread: "ToolWorkers",
  ReadingThread: "ReadingWorkers",
  WorkerThread: "PooledWorker",
  usualThreads: "defaultWorkers",
  Door: "AccessControl",
  Patience: "StoreRetry",
  ReplayReader: "ThreadReader",
  askerOf: "jobOwnerOf",
  bodyWasRead: "addBodyNames",
  wordsFor: "describeCoverage",
  needRoom: "requireDiskSpace",
  whoMayAsk: "describeAccess",
  CutRun: "PartialRun",
  KeptRequest: "StoredRequest",
  hasSaid: "hasAnswer",
  sayHeld: "emitHeld",
  UNKEPT: "NOT_STORED",
  TELLING: "FORK_EVENTS",
  unheard: "urgent",
  comesBack: "willReconnect",
  COME_BACK: "RECONNECT",
  COME_BACK_FRAME: "RECONNECT_FRAME",
  GzipPieces: "GzipEncoder",
  BREATH: "…_A_TURN",
  BREATH_MS: "TURN_MS",
  PATIENCE_MS: "TIMEOUT_MS",
  QUERY_PATIENCE_MS: "QUERY_TIMEOUT_MS",
  MODEL_PATIENCE_MS: "MODEL_TIMEOUT_MS",
  BODY_PATIENCE_MS: "BODY_TIMEOUT_MS",
  LARGE_PATIENCE_MS: "LARGE_TIMEOUT_MS",
  patienceMs: "timeoutMs",
  Asked: "a name for the request",
  Asking: "a name for the caller",
  askedRows: "requestRows",
  askedColumns: "requestColumns",
  soughtIn: "lookupsFor",
  PieceKey: "ChunkRef",
  pieceOf: "storedChunkOf",
  writePieces: "writeChunks",
  insertPieces: "insertChunks",
  PIECES_A_PAGE: "CHUNKS_A_PAGE",
  perPiece: "rowsPerChunk",
  maxPieces: "maxChunks",
  MAX_PIECE: "MAX_DELTA",
  Said: "WireAnswer",
  Heard: "WireRequest",
  heardFrom: "partsFrom",
  ToldModel: "StubModel",
  toldModel: "stubModel",
  ToldEmbedding: "StubEmbedding",
  toldEmbedding: "stubEmbedding",
  toldRetrieval: "stubRetrieval",
  hastySystem: "fastSystem",
  heldUntilAll: "barrierServer",
  heldMs: "blockedMs",
  openingOf: "openRequestOf",
  AskedText: "QuestionText",
  AskedTag: "RequestedTag",
  sayIn: "localizerFor",
  sayEnglish: "describeEnglish",
  sayKorean: "describeKorean",
  toldCell: "cellText",
  toldColumns: "mentionedColumns",
  KnownTrouble: "DiagnosedStoreError",
  troubleOf: "storeFailureText",
  callsInWords: "callsAsText",
  SaidLines: "BoundedLines",
  serverSaid: "serverPrinted",
  AskedRun: "RequestedRun",
  Silence: "IdleTimeout",
  silenceMs: "idleMs",
  isTold: "a name for the state",
  toldBy: "messageOf",
  saidOf: "payloadsOf",
  heldUp: "blockedLoop",
  saidEvent: "outputEvent",
  tellsReasoning: "reportsReasoningTokens",
};

/** Ordinary words that say nothing as a name. Found where code declares one, and not in comments. */
const EMPTY_NAMES = "told|said|heard|kept|asked|wish";

/** Matched in prose, including comments. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\bGiven up:/u, '"Trade-off:"'],
  [/\bnudg(?:e|es|ed|ing)\b/iu, '"recheck"'],
  [/\berrands?\b/iu, '"job"'],
  [/\bupkeep\b/iu, '"maintenance"'],
  [/\bis all (?:it|they) wants?\b/iu, '"requires"'],
  [/\bhanded[ -]in\b/iu, '"uploaded" or "sent"'],
];

const ROOT = join(import.meta.dir, "..");
const CODE = new Glob("{src,test,bench,scripts}/**/*.{ts,tsx}");
const PROSE = new Glob("{*.md,docs/**/*.md,bench/*.md}");
const OWN = "scripts/retired-words.ts";

const name = new RegExp(`(?<![\\w$.])(?:${Object.keys(NAMES).join("|")})(?![\\w$])`, "gu");
const declared = new RegExp(
  `(?:\\b(?:const|let|function)\\s+|[({[,]\\s*|\\breadonly\\s+)(?<name>#?(?:${EMPTY_NAMES}))(?=\\s*[:=,)}\\]])`,
  "gu",
);
const withoutComments = (line: string): string => line.replace(/^\s*\*.*|\/\*.*|\/\/.*/u, "");
/** Strings are data and are not checked; comments and names are. */
const withoutStrings = (line: string): string =>
  line.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/gu, '""');

const findings: string[] = [];
const look = async (file: string, isCode: boolean): Promise<void> => {
  const text = await Bun.file(join(ROOT, file)).text();
  for (const [at, full] of text.split("\n").entries()) {
    const line = isCode ? withoutStrings(full) : full;
    const where = `${file}:${at + 1}`;
    if (isCode) {
      for (const [word] of line.matchAll(name)) findings.push(`${where}: ${word} is now ${NAMES[word]}`);
      for (const { groups } of withoutComments(line).matchAll(declared))
        findings.push(`${where}: name the values instead of ${groups?.name}`);
    }
    for (const [phrase, instead] of PHRASES) {
      const found = phrase.exec(line);
      if (found) findings.push(`${where}: write ${instead} for "${found[0]}"`);
    }
  }
};

for (const file of CODE.scanSync({ cwd: ROOT })) if (file !== OWN) await look(file, true);
for (const file of PROSE.scanSync({ cwd: ROOT })) await look(file, false);
if (findings.length > 0) {
  console.error(findings.sort().join("\n"));
  process.exit(1);
}
