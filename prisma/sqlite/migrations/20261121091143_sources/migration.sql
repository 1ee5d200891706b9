-- CreateTable
CREATE TABLE "Upload" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "clientKey" TEXT,
    "filename" TEXT NOT NULL,
    "byteSize" INTEGER NOT NULL,
    "mimeType" TEXT NOT NULL,
    "sha256" TEXT,
    "state" TEXT NOT NULL DEFAULT 'PENDING',
    "tempKey" TEXT NOT NULL,
    "tokenHash" TEXT,
    "runId" TEXT,
    "expiresAt" DATETIME NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- CreateTable
CREATE TABLE "Source" (
    "url" TEXT NOT NULL PRIMARY KEY,
    "imageId" TEXT,
    "finalUrl" TEXT,
    "etag" TEXT,
    "lastModified" TEXT,
    "fetchedAt" DATETIME NOT NULL,
    CONSTRAINT "Source_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "Image" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "Upload_clientKey_key" ON "Upload"("clientKey");

-- CreateIndex
CREATE UNIQUE INDEX "Upload_tempKey_key" ON "Upload"("tempKey");

-- CreateIndex
CREATE INDEX "Upload_expiresAt_idx" ON "Upload"("expiresAt");

-- CreateIndex
CREATE INDEX "Source_imageId_idx" ON "Source"("imageId");
