-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "ImageSource" AS ENUM ('UPLOAD', 'URL', 'VENUE');

-- CreateEnum
CREATE TYPE "VariantSetState" AS ENUM ('BUILDING', 'CURRENT', 'RETIRED');

-- CreateEnum
CREATE TYPE "RunKind" AS ENUM ('UPLOAD', 'IMPORT', 'REPROCESS', 'SCRAPE', 'SYNC', 'RECONCILE');

-- CreateEnum
CREATE TYPE "RunStatus" AS ENUM ('QUEUED', 'RUNNING', 'CANCELLING', 'SUCCEEDED', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "RunOutcome" AS ENUM ('CLEAN', 'WITH_ISSUES', 'WITH_FAILURES', 'ALL_FAILED', 'NOTHING_TO_DO');

-- CreateEnum
CREATE TYPE "TaskStatus" AS ENUM ('QUEUED', 'RUNNING', 'RETRYING', 'SUCCEEDED', 'SKIPPED', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "TaskStage" AS ENUM ('PREPARE', 'FETCH', 'VALIDATE', 'DECODE', 'ENCODE', 'STORE', 'PERSIST', 'SYNC');

-- CreateEnum
CREATE TYPE "RunEventType" AS ENUM ('QUEUED', 'PLANNED', 'STARTED', 'TASK_STARTED', 'TASK_DECODED', 'VARIANT_STORED', 'TASK_REQUEUED', 'TASK_RETRYING', 'TASK_SUCCEEDED', 'TASK_SKIPPED', 'TASK_FAILED', 'TASK_CANCELLED', 'SUCCEEDED', 'FAILED', 'CANCELLED');

-- CreateTable
CREATE TABLE "Artist" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "aliases" JSONB NOT NULL,
    "searchKey" TEXT NOT NULL,
    "pinnedImageId" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Artist_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Image" (
    "id" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "originalKey" TEXT NOT NULL,
    "filename" TEXT NOT NULL,
    "searchKey" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "mimeType" TEXT NOT NULL,
    "byteSize" INTEGER NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "hasAlpha" BOOLEAN,
    "frames" INTEGER NOT NULL,
    "thumbHash" TEXT,
    "dominantColor" TEXT,
    "perceptualHash" TEXT,
    "source" "ImageSource" NOT NULL,
    "sourceUrl" TEXT,
    "sourceEtag" TEXT,
    "warnings" JSONB NOT NULL,
    "usableAt" TIMESTAMP(3),
    "readyAt" TIMESTAMP(3),
    "deadlineMet" BOOLEAN,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deletedAt" TIMESTAMP(3),

    CONSTRAINT "Image_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Placement" (
    "id" TEXT NOT NULL,
    "artistId" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    "venueTag" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Placement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "VariantSet" (
    "id" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    "recipe" TEXT NOT NULL,
    "recipeHash" TEXT NOT NULL,
    "state" "VariantSetState" NOT NULL,
    "readyMaxWidth" INTEGER NOT NULL DEFAULT 0,
    "ready" BOOLEAN NOT NULL DEFAULT false,
    "activatedAt" TIMESTAMP(3),
    "retiredAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "VariantSet_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Variant" (
    "id" TEXT NOT NULL,
    "setId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "mimeType" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "byteSize" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "encoder" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Variant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Run" (
    "id" TEXT NOT NULL,
    "kind" "RunKind" NOT NULL,
    "lane" INTEGER NOT NULL,
    "status" "RunStatus" NOT NULL DEFAULT 'QUEUED',
    "outcome" "RunOutcome",
    "scope" JSONB NOT NULL,
    "activeKey" TEXT,
    "parentRunId" TEXT,
    "planCursor" TEXT,
    "plannedAt" TIMESTAMP(3),
    "totalCount" INTEGER NOT NULL DEFAULT 0,
    "processedCount" INTEGER NOT NULL DEFAULT 0,
    "succeededCount" INTEGER NOT NULL DEFAULT 0,
    "skippedCount" INTEGER NOT NULL DEFAULT 0,
    "failedCount" INTEGER NOT NULL DEFAULT 0,
    "cancelledCount" INTEGER NOT NULL DEFAULT 0,
    "plannedWork" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "doneWork" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "eventSeq" INTEGER NOT NULL DEFAULT 0,
    "servedAt" TIMESTAMP(3),
    "pausedAt" TIMESTAMP(3),
    "cancelReason" TEXT,
    "lastError" TEXT,
    "startedAt" TIMESTAMP(3),
    "finishedAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Task" (
    "id" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "lane" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "imageId" TEXT,
    "subject" TEXT NOT NULL,
    "status" "TaskStatus" NOT NULL DEFAULT 'QUEUED',
    "stage" "TaskStage" NOT NULL DEFAULT 'PREPARE',
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" TIMESTAMP(3),
    "leaseToken" TEXT,
    "leaseExpiresAt" TIMESTAMP(3),
    "crashes" INTEGER NOT NULL DEFAULT 0,
    "plannedWork" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "doneWork" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "errorCode" TEXT,
    "errorMessage" TEXT,
    "errorStage" "TaskStage",
    "httpStatus" INTEGER,
    "retryable" BOOLEAN,
    "durations" JSONB,
    "startedAt" TIMESTAMP(3),
    "finishedAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Task_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RunEvent" (
    "runId" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "type" "RunEventType" NOT NULL,
    "payload" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RunEvent_pkey" PRIMARY KEY ("runId","seq")
);

-- CreateIndex
CREATE UNIQUE INDEX "Artist_slug_key" ON "Artist"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "Image_sha256_key" ON "Image"("sha256");

-- CreateIndex
CREATE INDEX "Image_deletedAt_id_idx" ON "Image"("deletedAt", "id");

-- CreateIndex
CREATE INDEX "Placement_imageId_idx" ON "Placement"("imageId");

-- CreateIndex
CREATE UNIQUE INDEX "Placement_artistId_imageId_venueTag_key" ON "Placement"("artistId", "imageId", "venueTag");

-- CreateIndex
CREATE INDEX "VariantSet_recipe_state_ready_idx" ON "VariantSet"("recipe", "state", "ready");

-- CreateIndex
CREATE UNIQUE INDEX "VariantSet_imageId_recipe_recipeHash_key" ON "VariantSet"("imageId", "recipe", "recipeHash");

-- CreateIndex
CREATE UNIQUE INDEX "Variant_setId_name_format_key" ON "Variant"("setId", "name", "format");

-- CreateIndex
CREATE UNIQUE INDEX "Run_activeKey_key" ON "Run"("activeKey");

-- CreateIndex
CREATE INDEX "Run_status_lane_servedAt_id_idx" ON "Run"("status", "lane", "servedAt", "id");

-- CreateIndex
CREATE INDEX "Task_runId_status_position_idx" ON "Task"("runId", "status", "position");

-- CreateIndex
CREATE INDEX "Task_imageId_status_idx" ON "Task"("imageId", "status");

-- CreateIndex
CREATE INDEX "Task_status_leaseExpiresAt_idx" ON "Task"("status", "leaseExpiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "Task_runId_position_key" ON "Task"("runId", "position");

-- AddForeignKey
ALTER TABLE "Placement" ADD CONSTRAINT "Placement_artistId_fkey" FOREIGN KEY ("artistId") REFERENCES "Artist"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Placement" ADD CONSTRAINT "Placement_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "Image"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VariantSet" ADD CONSTRAINT "VariantSet_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "Image"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Variant" ADD CONSTRAINT "Variant_setId_fkey" FOREIGN KEY ("setId") REFERENCES "VariantSet"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Task" ADD CONSTRAINT "Task_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Task" ADD CONSTRAINT "Task_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "Image"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RunEvent" ADD CONSTRAINT "RunEvent_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;
