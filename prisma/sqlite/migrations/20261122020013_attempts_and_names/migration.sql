-- AlterTable
ALTER TABLE "Run" ADD COLUMN "cancelledBy" TEXT;
ALTER TABLE "Run" ADD COLUMN "pausedBy" TEXT;
ALTER TABLE "Run" ADD COLUMN "requestId" TEXT;
ALTER TABLE "Run" ADD COLUMN "startedBy" TEXT;

-- By hand: made anew, as Prisma would, the table would lose its partial indexes.
ALTER TABLE "Task" ADD COLUMN "searchKey" TEXT NOT NULL DEFAULT '';

-- CreateTable
CREATE TABLE "TaskAttempt" (
    "taskId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "errorCode" TEXT NOT NULL,
    "errorMessage" TEXT NOT NULL,
    "errorStage" TEXT NOT NULL,
    "durations" JSONB NOT NULL,
    "startedAt" DATETIME NOT NULL,
    "finishedAt" DATETIME NOT NULL,

    PRIMARY KEY ("taskId", "number"),
    CONSTRAINT "TaskAttempt_taskId_fkey" FOREIGN KEY ("taskId") REFERENCES "Task" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- As foldForSearch does it, for plain names and addresses.
UPDATE "Task" SET "searchKey" = lower(replace(replace(replace(replace(replace("subject", '_', ' '), '-', ' '), '.', ' '), '/', ' '), ':', ' '));

-- The runs that do another's tasks once more. By hand, since most runs are of no other.
CREATE INDEX "Run_parent_idx" ON "Run"("parentRunId") WHERE "parentRunId" IS NOT NULL;
