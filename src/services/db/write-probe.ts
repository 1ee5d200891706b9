import type { Db } from './open-db.ts'

const name = 'write probe'

/**
 * Writes a row, always the same: that a database answers says nothing of its disk, or of whether somebody else holds it
 * locked. It lies among the schedules, none of which has this name.
 */
export async function writeProbe(db: Db): Promise<void> {
  const facts = { pattern: 'when asked whether the service is ready', nextAt: new Date() }
  await db.schedule.upsert({ where: { name }, create: { name, ...facts }, update: facts })
}
