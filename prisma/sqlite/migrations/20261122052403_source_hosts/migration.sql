-- CreateTable
CREATE TABLE "SourceHost" (
    "host" TEXT NOT NULL PRIMARY KEY,
    "turn" INTEGER NOT NULL DEFAULT 0,
    "nextAt" DATETIME NOT NULL,
    "heldUntil" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "SourcePlace" (
    "number" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "token" TEXT,
    "host" TEXT,
    "until" DATETIME NOT NULL
);
