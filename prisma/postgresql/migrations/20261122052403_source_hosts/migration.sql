-- CreateTable
CREATE TABLE "SourceHost" (
    "host" TEXT NOT NULL,
    "turn" INTEGER NOT NULL DEFAULT 0,
    "nextAt" TIMESTAMP(3) NOT NULL,
    "heldUntil" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "SourceHost_pkey" PRIMARY KEY ("host")
);

-- CreateTable
CREATE TABLE "SourcePlace" (
    "number" INTEGER NOT NULL,
    "token" TEXT,
    "host" TEXT,
    "until" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "SourcePlace_pkey" PRIMARY KEY ("number")
);
