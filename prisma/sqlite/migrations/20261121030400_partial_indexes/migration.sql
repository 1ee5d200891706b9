-- Rules that the models cannot say, so written by hand.

-- At most one CURRENT set of a recipe for an image.
CREATE UNIQUE INDEX "VariantSet_current_key" ON "VariantSet"("imageId", "recipe") WHERE "state" = 'CURRENT';

-- NULL differs from NULL in a unique index: a placement without a venue is unique too.
CREATE UNIQUE INDEX "Placement_without_venue_key" ON "Placement"("artistId", "imageId") WHERE "venueTag" IS NULL;
