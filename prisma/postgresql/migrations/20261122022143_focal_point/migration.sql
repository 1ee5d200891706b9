-- AlterTable
ALTER TABLE "Image" ADD COLUMN     "focalPoint" TEXT;
