-- Rules that the models cannot say, so written by hand. Partial indexes also cost nothing when a task changes between
-- states that they do not hold, which is what most changes are.

-- One task at a time works on an image, whoever claims.
CREATE UNIQUE INDEX "Task_running_image_key" ON "Task"("imageId") WHERE "status" = 'RUNNING';

-- Retries that are due.
CREATE INDEX "Task_retrying_idx" ON "Task"("runId", "nextAttemptAt") WHERE "status" = 'RETRYING';

-- What garbage collection looks for, and what it has marked.
CREATE INDEX "VariantSet_retired_idx" ON "VariantSet"("retiredAt") WHERE "state" = 'RETIRED';
CREATE INDEX "VariantSet_collecting_idx" ON "VariantSet"("imageId") WHERE "collectingAt" IS NOT NULL;

-- Whose turn it is, in the order in which claims look; and what is to be planned. There may be ten thousand runs that
-- wait, each of one upload.
CREATE INDEX "Run_turn_idx" ON "Run"("lane", "servedAt", "id") WHERE "status" IN ('QUEUED', 'RUNNING') AND "pausedAt" IS NULL;
CREATE INDEX "Run_unplanned_idx" ON "Run"("lane", "id") WHERE "plannedAt" IS NULL;

-- Runs whose events are old enough to go.
CREATE INDEX "Run_finished_idx" ON "Run"("finishedAt") WHERE "finishedAt" IS NOT NULL;
