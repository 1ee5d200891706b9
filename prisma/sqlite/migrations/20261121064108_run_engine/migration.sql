-- AlterTable
ALTER TABLE "VariantSet" ADD COLUMN "collectingAt" DATETIME;

-- AlterTable
ALTER TABLE "Run" ADD COLUMN "cancellingAt" DATETIME;

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
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
