-- CreateTable
CREATE TABLE "Session" (
    "key" TEXT NOT NULL,
    "tokenId" TEXT NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Session_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "Session_tokenId_expiresAt_idx" ON "Session"("tokenId", "expiresAt");
