-- AlterTable
ALTER TABLE "Artist" ADD COLUMN "picturesDueAt" DATETIME;
ALTER TABLE "Artist" ADD COLUMN "showingUntil" DATETIME;

-- AlterTable
ALTER TABLE "Image" ADD COLUMN "sharpness" REAL;

-- AlterTable
ALTER TABLE "Placement" ADD COLUMN "listedAt" DATETIME;

-- CreateTable
CREATE TABLE "VenueEvent" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "source" TEXT NOT NULL,
    "sourceEventId" TEXT NOT NULL,
    "venue" TEXT NOT NULL,
    "venueTag" TEXT NOT NULL,
    "date" TEXT NOT NULL,
    "startAt" TEXT,
    "status" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "artistName" TEXT NOT NULL,
    "artistSlug" TEXT NOT NULL,
    "artistId" TEXT NOT NULL,
    "performers" JSONB NOT NULL,
    "support" JSONB NOT NULL,
    "promos" JSONB NOT NULL,
    "url" TEXT,
    "images" JSONB NOT NULL,
    "pictureKey" TEXT,
    "pictureSha256" TEXT,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "sentRevision" INTEGER NOT NULL DEFAULT 0,
    "syncedRevision" INTEGER NOT NULL DEFAULT 0,
    "namedKeys" TEXT NOT NULL DEFAULT '',
    "syncError" TEXT,
    "seenAt" DATETIME NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "VenueEvent_artistId_fkey" FOREIGN KEY ("artistId") REFERENCES "Artist" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "VenuePage" (
    "url" TEXT NOT NULL PRIMARY KEY,
    "source" TEXT NOT NULL,
    "finalUrl" TEXT,
    "etag" TEXT,
    "lastModified" TEXT,
    "document" BLOB,
    "blocked" BOOLEAN NOT NULL DEFAULT false,
    "eventIds" JSONB NOT NULL,
    "skipped" JSONB NOT NULL,
    "warnings" JSONB NOT NULL,
    "next" JSONB NOT NULL,
    "readAt" DATETIME,
    "reader" INTEGER NOT NULL DEFAULT 0,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- CreateTable
CREATE TABLE "ArtistPicture" (
    "artistId" TEXT NOT NULL,
    "venueTag" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    "variantId" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "byteSize" INTEGER NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "retiredAt" DATETIME,
    "storedAt" DATETIME NOT NULL,

    PRIMARY KEY ("artistId", "venueTag", "name"),
    CONSTRAINT "ArtistPicture_artistId_fkey" FOREIGN KEY ("artistId") REFERENCES "Artist" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Schedule" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "pattern" TEXT NOT NULL,
    "nextAt" DATETIME NOT NULL
);

-- CreateIndex
CREATE INDEX "VenueEvent_venueTag_artistSlug_idx" ON "VenueEvent"("venueTag", "artistSlug");

-- CreateIndex
CREATE INDEX "VenueEvent_artistId_idx" ON "VenueEvent"("artistId");

-- CreateIndex
CREATE INDEX "VenueEvent_date_id_idx" ON "VenueEvent"("date", "id");

-- CreateIndex
CREATE UNIQUE INDEX "VenueEvent_source_sourceEventId_key" ON "VenueEvent"("source", "sourceEventId");

-- CreateIndex
CREATE INDEX "VenuePage_source_idx" ON "VenuePage"("source");

-- CreateIndex
CREATE UNIQUE INDEX "ArtistPicture_key_key" ON "ArtistPicture"("key");

-- CreateIndex
CREATE INDEX "ArtistPicture_retiredAt_idx" ON "ArtistPicture"("retiredAt");

-- CreateIndex
CREATE INDEX "Artist_picturesDueAt_idx" ON "Artist"("picturesDueAt");
