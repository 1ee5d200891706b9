-- AlterTable
ALTER TABLE "VariantSet" ADD COLUMN "collectingAt" DATETIME;

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Run" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "lane" INTEGER NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'QUEUED',
    "outcome" TEXT,
    "scope" JSONB NOT NULL,
    "activeKey" TEXT,
    "parentRunId" TEXT,
    "planCursor" TEXT,
    "plannedAt" DATETIME,
    "totalCount" INTEGER NOT NULL DEFAULT 0,
    "processedCount" INTEGER NOT NULL DEFAULT 0,
    "succeededCount" INTEGER NOT NULL DEFAULT 0,
    "skippedCount" INTEGER NOT NULL DEFAULT 0,
    "failedCount" INTEGER NOT NULL DEFAULT 0,
    "cancelledCount" INTEGER NOT NULL DEFAULT 0,
    "plannedWork" REAL NOT NULL DEFAULT 0,
    "doneWork" REAL NOT NULL DEFAULT 0,
    "eventSeq" INTEGER NOT NULL DEFAULT 0,
    "servedAt" DATETIME,
    "pausedAt" DATETIME,
    "cancellingAt" DATETIME,
    "cancelReason" TEXT,
    "hasIssues" BOOLEAN NOT NULL DEFAULT false,
    "lastError" TEXT,
    "startedAt" DATETIME,
    "finishedAt" DATETIME,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO "new_Run" ("activeKey", "cancelReason", "cancelledCount", "createdAt", "doneWork", "eventSeq", "failedCount", "finishedAt", "id", "kind", "lane", "lastError", "outcome", "parentRunId", "pausedAt", "planCursor", "plannedAt", "plannedWork", "processedCount", "scope", "servedAt", "skippedCount", "startedAt", "status", "succeededCount", "totalCount") SELECT "activeKey", "cancelReason", "cancelledCount", "createdAt", "doneWork", "eventSeq", "failedCount", "finishedAt", "id", "kind", "lane", "lastError", "outcome", "parentRunId", "pausedAt", "planCursor", "plannedAt", "plannedWork", "processedCount", "scope", "servedAt", "skippedCount", "startedAt", "status", "succeededCount", "totalCount" FROM "Run";
DROP TABLE "Run";
ALTER TABLE "new_Run" RENAME TO "Run";
CREATE UNIQUE INDEX "Run_activeKey_key" ON "Run"("activeKey");
CREATE INDEX "Run_status_lane_servedAt_id_idx" ON "Run"("status", "lane", "servedAt", "id");
CREATE TABLE "new_Task" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "runId" TEXT NOT NULL,
    "lane" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "imageId" TEXT,
    "subject" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'QUEUED',
    "stage" TEXT NOT NULL DEFAULT 'PREPARE',
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" DATETIME,
    "leaseToken" TEXT,
    "leaseExpiresAt" DATETIME,
    "suspect" BOOLEAN NOT NULL DEFAULT false,
    "crashes" INTEGER NOT NULL DEFAULT 0,
    "plannedWork" REAL NOT NULL DEFAULT 0,
    "doneWork" REAL NOT NULL DEFAULT 0,
    "errorCode" TEXT,
    "errorMessage" TEXT,
    "errorStage" TEXT,
    "httpStatus" INTEGER,
    "retryable" BOOLEAN,
    "durations" JSONB,
    "startedAt" DATETIME,
    "finishedAt" DATETIME,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "Task_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Task_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "Image" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);
INSERT INTO "new_Task" ("attempt", "crashes", "createdAt", "doneWork", "durations", "errorCode", "errorMessage", "errorStage", "finishedAt", "httpStatus", "id", "imageId", "lane", "leaseExpiresAt", "leaseToken", "nextAttemptAt", "plannedWork", "position", "retryable", "runId", "stage", "startedAt", "status", "subject") SELECT "attempt", "crashes", "createdAt", "doneWork", "durations", "errorCode", "errorMessage", "errorStage", "finishedAt", "httpStatus", "id", "imageId", "lane", "leaseExpiresAt", "leaseToken", "nextAttemptAt", "plannedWork", "position", "retryable", "runId", "stage", "startedAt", "status", "subject" FROM "Task";
DROP TABLE "Task";
ALTER TABLE "new_Task" RENAME TO "Task";
CREATE INDEX "Task_runId_status_position_idx" ON "Task"("runId", "status", "position");
CREATE INDEX "Task_imageId_idx" ON "Task"("imageId");
CREATE INDEX "Task_status_leaseExpiresAt_idx" ON "Task"("status", "leaseExpiresAt");
CREATE UNIQUE INDEX "Task_runId_position_key" ON "Task"("runId", "position");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
