-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "RunEventType" ADD VALUE 'PAGE_READ';
ALTER TYPE "RunEventType" ADD VALUE 'EVENT_FOUND';
ALTER TYPE "RunEventType" ADD VALUE 'EVENT_SKIPPED';
ALTER TYPE "RunEventType" ADD VALUE 'PICTURE_SHOWN';
ALTER TYPE "RunEventType" ADD VALUE 'ROWS_SENT';
ALTER TYPE "RunEventType" ADD VALUE 'ROW_DIFFERS';

-- AlterTable
ALTER TABLE "Artist" ADD COLUMN     "picturesDueAt" TIMESTAMP(3),
ADD COLUMN     "showingUntil" TIMESTAMP(3);

-- AlterTable
ALTER TABLE "Image" ADD COLUMN     "sharpness" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "Placement" ADD COLUMN     "listedAt" TIMESTAMP(3);

-- CreateTable
CREATE TABLE "VenueEvent" (
    "id" TEXT NOT NULL,
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
    "seenAt" TIMESTAMP(3) NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "VenueEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "VenuePage" (
    "url" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "finalUrl" TEXT,
    "etag" TEXT,
    "lastModified" TEXT,
    "document" BYTEA,
    "blocked" BOOLEAN NOT NULL DEFAULT false,
    "eventIds" JSONB NOT NULL,
    "skipped" JSONB NOT NULL,
    "warnings" JSONB NOT NULL,
    "next" JSONB NOT NULL,
    "readAt" TIMESTAMP(3),
    "reader" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "VenuePage_pkey" PRIMARY KEY ("url")
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
    "retiredAt" TIMESTAMP(3),
    "storedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ArtistPicture_pkey" PRIMARY KEY ("artistId","venueTag","name")
);

-- CreateTable
CREATE TABLE "Schedule" (
    "name" TEXT NOT NULL,
    "pattern" TEXT NOT NULL,
    "nextAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Schedule_pkey" PRIMARY KEY ("name")
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

-- AddForeignKey
ALTER TABLE "VenueEvent" ADD CONSTRAINT "VenueEvent_artistId_fkey" FOREIGN KEY ("artistId") REFERENCES "Artist"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ArtistPicture" ADD CONSTRAINT "ArtistPicture_artistId_fkey" FOREIGN KEY ("artistId") REFERENCES "Artist"("id") ON DELETE CASCADE ON UPDATE CASCADE;
