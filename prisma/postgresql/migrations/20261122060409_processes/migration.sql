-- CreateEnum
CREATE TYPE "ProcessRole" AS ENUM ('SERVER', 'WORKER');

-- CreateTable
CREATE TABLE "Process" (
    "id" TEXT NOT NULL,
    "role" "ProcessRole" NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "concurrency" INTEGER NOT NULL,
    "inWork" INTEGER NOT NULL,
    "startedAt" TIMESTAMP(3) NOT NULL,
    "seenAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Process_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Process_seenAt_idx" ON "Process"("seenAt");
