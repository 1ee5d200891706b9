-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "cancelledBy" TEXT,
ADD COLUMN     "pausedBy" TEXT,
ADD COLUMN     "requestId" TEXT,
ADD COLUMN     "startedBy" TEXT;

-- AlterTable
ALTER TABLE "Task" ADD COLUMN     "searchKey" TEXT NOT NULL DEFAULT '';

-- CreateTable
CREATE TABLE "TaskAttempt" (
    "taskId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "errorCode" TEXT NOT NULL,
    "errorMessage" TEXT NOT NULL,
    "errorStage" "TaskStage" NOT NULL,
    "durations" JSONB NOT NULL,
    "startedAt" TIMESTAMP(3) NOT NULL,
    "finishedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "TaskAttempt_pkey" PRIMARY KEY ("taskId","number")
);

-- AddForeignKey
ALTER TABLE "TaskAttempt" ADD CONSTRAINT "TaskAttempt_taskId_fkey" FOREIGN KEY ("taskId") REFERENCES "Task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- As foldForSearch does it, for plain names and addresses.
UPDATE "Task" SET "searchKey" = lower(replace(replace(replace(replace(replace("subject", '_', ' '), '-', ' '), '.', ' '), '/', ' '), ':', ' '));

-- The runs that do another's tasks once more. By hand, since most runs are of no other.
CREATE INDEX "Run_parent_idx" ON "Run"("parentRunId") WHERE "parentRunId" IS NOT NULL;
