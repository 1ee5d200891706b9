-- CreateEnum
CREATE TYPE "UploadState" AS ENUM ('PENDING', 'RECEIVED', 'COMPLETED');

-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "RunEventType" ADD VALUE 'SOURCE_FETCHED';
ALTER TYPE "RunEventType" ADD VALUE 'OBJECT_BROKEN';
ALTER TYPE "RunEventType" ADD VALUE 'OBJECT_ORPHANED';

-- CreateTable
CREATE TABLE "Upload" (
    "id" TEXT NOT NULL,
    "clientKey" TEXT,
    "filename" TEXT NOT NULL,
    "byteSize" INTEGER NOT NULL,
    "mimeType" TEXT NOT NULL,
    "sha256" TEXT,
    "state" "UploadState" NOT NULL DEFAULT 'PENDING',
    "tempKey" TEXT NOT NULL,
    "tokenHash" TEXT,
    "runId" TEXT,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Upload_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Source" (
    "url" TEXT NOT NULL,
    "imageId" TEXT,
    "finalUrl" TEXT,
    "etag" TEXT,
    "lastModified" TEXT,
    "fetchedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Source_pkey" PRIMARY KEY ("url")
);

-- CreateIndex
CREATE UNIQUE INDEX "Upload_clientKey_key" ON "Upload"("clientKey");

-- CreateIndex
CREATE UNIQUE INDEX "Upload_tempKey_key" ON "Upload"("tempKey");

-- CreateIndex
CREATE INDEX "Upload_expiresAt_idx" ON "Upload"("expiresAt");

-- CreateIndex
CREATE INDEX "Source_imageId_idx" ON "Source"("imageId");

-- AddForeignKey
ALTER TABLE "Source" ADD CONSTRAINT "Source_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "Image"("id") ON DELETE SET NULL ON UPDATE CASCADE;
