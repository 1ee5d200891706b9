-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "RunEventType" ADD VALUE 'PAUSED';
ALTER TYPE "RunEventType" ADD VALUE 'RESUMED';
ALTER TYPE "RunEventType" ADD VALUE 'CANCELLING';

-- DropForeignKey
ALTER TABLE "Task" DROP CONSTRAINT "Task_imageId_fkey";

-- DropIndex
DROP INDEX "Task_imageId_status_idx";

-- AlterTable
ALTER TABLE "VariantSet" ADD COLUMN     "collectingAt" TIMESTAMP(3);

-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "cancellingAt" TIMESTAMP(3),
ADD COLUMN     "hasIssues" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "Task" ADD COLUMN     "suspect" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE INDEX "Task_imageId_idx" ON "Task"("imageId");

-- AddForeignKey
ALTER TABLE "Task" ADD CONSTRAINT "Task_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "Image"("id") ON DELETE SET NULL ON UPDATE CASCADE;
