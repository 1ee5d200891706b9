-- CreateTable
CREATE TABLE "Session" (
    "key" TEXT NOT NULL,
    "tokenRecord" TEXT NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Session_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "Session_tokenRecord_expiresAt_idx" ON "Session"("tokenRecord", "expiresAt");
