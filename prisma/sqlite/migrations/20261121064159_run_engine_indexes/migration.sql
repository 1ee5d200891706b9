-- Rules that the models cannot say, so written by hand. Partial indexes also cost nothing when a task changes between
-- states that they do not hold, which is what most changes are.

-- One task at a time works on an image, whoever claims.
CREATE UNIQUE INDEX "Task_running_image_key" ON "Task"("imageId") WHERE "status" = 'RUNNING';

-- Retries that are due.
CREATE INDEX "Task_retrying_idx" ON "Task"("runId", "nextAttemptAt") WHERE "status" = 'RETRYING';

-- What garbage collection looks for, and what it has marked.
CREATE INDEX "VariantSet_retired_idx" ON "VariantSet"("retiredAt") WHERE "state" = 'RETIRED';
CREATE INDEX "VariantSet_collecting_idx" ON "VariantSet"("imageId") WHERE "collectingAt" IS NOT NULL;
